"""Write .importlinter, the walls between and inside capabilities, from the folders that exist.

python tools/walls.py           write it
python tools/walls.py --check   say whether it is up to date, exit 1 if not
"""

import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = "orderloop"

# Highest first. Siblings beside | do not see each other. A folder that is in no line is refused.
STACK = (
    "entrypoints",
    "demo",
    "onboarding",
    "improvement",
    "metrics",
    "flow",
    "incidents | feedback | workforce | tracking",
    "intake | review | triage | production | procurement | fulfilment",
    "inventory",
    "worklist",
    "orders",
    "customers | catalog",
    "access",
    "policy",
    "interchange",
    "ui",
    "platform",
    "foundation",
)
# These have no capability's files: pure values, the machine room, the layout, the demo company, and what starts it all.
NOT_CAPABILITIES = frozenset({"foundation", "platform", "ui", "demo", "entrypoints"})

# Highest first. apps.py may wire up its own capability; nothing imports it. A file that is in no line is refused.
INSIDE = (
    "apps",
    "pages | api | jobs | admin",
    "templatetags",
    "services",
    "queries",
    "migrations",
    "models",
    "planner",
    "readers | writers",
    "rules",
    "lifecycle",
    "facts",
)
PURE = ("facts", "rules", "lifecycle")
IMPURE = ("models", "queries", "services", "jobs", "api", "pages", "admin", "apps", "migrations")
IMPURE_PACKAGES = ("platform", "ui", "entrypoints")
IMPURE_LIBRARIES = (
    "django",
    "ninja",
    "psycopg",
    "psycopg_pool",
    "procrastinate",
    "httpx",
    "requests",
    "structlog",
    "secrets",
    "socket",
    "sqlite3",
    "subprocess",
    "time",
    "urllib",
)


def folders(source: Path) -> list[str]:
    """The packages directly under the source package, in order of name."""
    return sorted(path.parent.name for path in source.glob("*/__init__.py"))


def capabilities(source: Path) -> list[str]:
    """The folders that hold a capability, and so the nine file names and nothing else."""
    return [name for name in folders(source) if name not in NOT_CAPABILITIES]


def has(source: Path, capability: str, part: str) -> bool:
    """Whether the capability has that part, as a file or grown to a folder."""
    return (source / capability / f"{part}.py").exists() or (source / capability / part / "__init__.py").exists()


def pure_modules(source: Path) -> list[str]:
    """The dotted names of foundation's modules and of each capability's facts, rules and lifecycle."""
    paths = list((source / "foundation").rglob("*.py"))
    for part in PURE:
        paths += [*source.glob(f"*/{part}.py"), *source.glob(f"*/{part}/**/*.py")]
    dotted = (".".join(path.relative_to(source.parent).with_suffix("").parts) for path in paths)
    return sorted(name.removesuffix(".__init__") for name in dotted)


def walls(source: Path) -> str:
    """The text of .importlinter for the source package in the folder `source`."""
    sections = [
        "# Written by tools/walls.py from the folders under src; change that tool, not this file.",
        _section("importlinter", {"root_package": PACKAGE, "include_external_packages": "True"}),
        _stack(),
        _inside(source),
        *_pure(source),
        *(_private_tables(name) for name in folders(source) if has(source, name, "models")),
    ]
    return "\n\n".join(sections) + "\n"


def _stack() -> str:
    return _contract(
        "stack",
        "Imports go down the stack of capabilities only",
        "each must be understood, tested and removed without those above it; flow joins what stands side by side",
        {"type": "layers", "containers": PACKAGE, "layers": _optional(STACK), "exhaustive": "True"},
    )


def _inside(source: Path) -> str:
    return _contract(
        "inside",
        "Inside a capability imports go from the shell to the facts",
        "one look at a file's name must tell what it may do; a drawer such as helpers.py tells nothing",
        {
            "type": "layers",
            "containers": [f"{PACKAGE}.{name}" for name in capabilities(source)],
            "layers": _optional(INSIDE),
            "exhaustive": "True",
        },
    )


def _pure(source: Path) -> list[str]:
    inner = [f"{PACKAGE}.{name}" for name in IMPURE_PACKAGES if name in folders(source)]
    forbidden = [*IMPURE_LIBRARIES, *inner, *_everywhere(source, IMPURE)]
    decisions = _contract(
        "pure",
        "Decisions reach no framework, database, clock or chance, not even indirectly",
        "a decision must be explained on a screen, tested in a line and taken again on last year's orders",
        {
            "type": "forbidden",
            "source_modules": [f"{PACKAGE}.foundation", *_everywhere(source, PURE)],
            "forbidden_modules": ["random", *forbidden],
        },
    )
    return [decisions, *_planners(source, forbidden), *_readers(source, forbidden)]


def _planners(source: Path, forbidden: list[str]) -> list[str]:
    planners = _everywhere(source, ("planner",))
    if not planners:
        return []
    return [
        _contract(
            "planners",
            "Planners reach no framework, database or clock, not even indirectly",
            "plain data in and out lets a plan be tried beside the desk; it may draw from a generator it is given",
            {"type": "forbidden", "source_modules": planners, "forbidden_modules": forbidden},
        ),
    ]


def _readers(source: Path, forbidden: list[str]) -> list[str]:
    modules = _everywhere(source, ("readers", "writers"))
    if not modules:
        return []
    return [
        _contract(
            "readers",
            "Readers and writers of documents reach no framework and no database, not even indirectly",
            "a reader runs in a child that has nothing to lose; a writer gives the same bytes each time",
            {"type": "forbidden", "source_modules": modules, "forbidden_modules": _not_for_readers(forbidden)},
        ),
    ]


def _not_for_readers(forbidden: list[str]) -> list[str]:
    # The libraries that open documents use these inside themselves.
    return [name for name in forbidden if name not in {"socket", "subprocess", "time", "urllib", "secrets", "requests"}]


def _everywhere(source: Path, parts: tuple[str, ...]) -> list[str]:
    """Those parts of all capabilities, each part in one line as soon as any capability has it."""
    return [f"{PACKAGE}.*.{part}" for part in parts if any(has(source, name, part) for name in folders(source))]


def _private_tables(name: str) -> str:
    # One contract for each: a single one with wildcards on both sides lets everybody in and passes everything.
    return _contract(
        f"tables-of-{name}",
        f"Only {name} imports its models",
        "whoever reads another's tables stops them from changing; its queries and services are the door",
        {
            "type": "protected",
            "protected_modules": f"{PACKAGE}.{name}.models",
            "allowed_importers": f"{PACKAGE}.{name}",
        },
    )


def _optional(layers: tuple[str, ...]) -> list[str]:
    return [" | ".join(f"({name.strip()})" for name in layer.split("|")) for layer in layers]


def _contract(key: str, name: str, because: str, options: dict[str, str | list[str]]) -> str:
    return f"# Because {because}.\n" + _section(f"importlinter:contract:{key}", {"name": name, **options})


def _section(head: str, options: dict[str, str | list[str]]) -> str:
    lines = [f"[{head}]"]
    for key, value in options.items():
        lines.append(
            f"{key} = {value}" if isinstance(value, str) else f"{key} =\n" + "\n".join(f"    {v}" for v in value)
        )
    return "\n".join(lines)


def main(arguments: list[str]) -> int:
    target, text = ROOT / ".importlinter", walls(ROOT / "src" / PACKAGE)
    if "--check" not in arguments:
        target.write_text(text, encoding="utf-8")
        return 0
    if target.exists() and target.read_text(encoding="utf-8") == text:
        return 0
    print(".importlinter lags behind the folders: run python tools/walls.py")
    return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
