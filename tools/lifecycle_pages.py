"""Write docs/reference/lifecycles.md: every state table of the product, drawn from the table the code obeys.

python tools/lifecycle_pages.py           write it
python tools/lifecycle_pages.py --check   say whether it is up to date, exit 1 if not
"""

import importlib
import inspect
import sys
from collections.abc import Hashable, Iterator, Mapping
from pathlib import Path
from types import ModuleType

from orderloop.foundation.state_table import StateTable

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs" / "reference" / "lifecycles.md"
PACKAGE = "orderloop"

HEAD = """# Lifecycles

The states of each thing and the moves between them, drawn by `tools/lifecycle_pages.py` from the same tables the
services obey. A table with an unknown, unreachable or dead-end state cannot even be imported.
"""


def lifecycles(source: Path) -> Iterator[ModuleType]:
    """The lifecycle modules of all capabilities, in order of name."""
    for path in sorted(source.glob("*/lifecycle.py")):
        yield importlib.import_module(f"{PACKAGE}.{path.parent.name}.lifecycle")


def tables(module: ModuleType) -> Iterator[tuple[str, StateTable[Hashable]]]:
    """The state tables a module defines, under their names, in the order written."""
    for name, value in vars(module).items():
        if isinstance(value, StateTable):
            yield name, value


def words_for(table: StateTable[Hashable], capability: str) -> Mapping[Hashable, str] | None:
    """The English words of the states: the mapping among the capability's facts that names just these states."""
    try:
        facts = importlib.import_module(f"{PACKAGE}.{capability}.facts")
    except ModuleNotFoundError:
        return None
    named = (value for value in vars(facts).values() if isinstance(value, Mapping))
    return next((words for words in named if set(words) == set(table.states)), None)


def page(source: Path) -> str:
    """The whole page."""
    parts = [HEAD]
    for module in lifecycles(source):
        capability = module.__name__.split(".")[1]
        parts.append(f"## {capability}\n\n{inspect.cleandoc(module.__doc__ or '')}\n")
        for name, table in tables(module):
            diagram = table.to_mermaid(words_for(table, capability))
            parts.append(f"### {name.replace('_', ' ').capitalize()}\n\n```mermaid\n{diagram}```\n")
    return "\n".join(parts)


def main(arguments: list[str]) -> int:
    text = page(ROOT / "src" / PACKAGE)
    if "--check" not in arguments:
        PAGE.parent.mkdir(parents=True, exist_ok=True)
        PAGE.write_text(text, encoding="utf-8")
        return 0
    if PAGE.exists() and PAGE.read_text(encoding="utf-8") == text:
        return 0
    print("docs/reference/lifecycles.md lags behind the state tables: run python tools/lifecycle_pages.py")
    return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
