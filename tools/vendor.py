"""Bring third-party browser files into the tree, word for word, with their licences and checksums.

    python tools/vendor.py            fetch the pinned versions again with `npm pack` and write SHA256SUMS
    python tools/vendor.py --check    compare what lies in the tree with SHA256SUMS (no network)

The icon sprite is the one file made here: it holds the outlines named in `icons.txt` and nothing else.
"""

import argparse
import hashlib
import re
import subprocess
import sys
import tarfile
import tempfile
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SHIPPED = ROOT / "src/orderloop/ui/static/vendor"
TEST_ONLY = ROOT / "tests/browser/vendor"


@dataclass(frozen=True, slots=True)
class Package:
    """A pinned package and which of its files are kept: path in the package -> path under `folder`."""

    spec: str
    folder: Path
    files: dict[str, str]


PACKAGES = (
    Package("htmx.org@2.0.10", SHIPPED, {"dist/htmx.min.js": "htmx/htmx.min.js", "LICENSE": "htmx/LICENSE"}),
    # The package carries no licence file; LICENSE beside the css is the text its banner points to.
    Package("@tabler/core@1.6.1", SHIPPED, {"dist/css/tabler.min.css": "tabler/tabler.min.css"}),
    Package("@tabler/icons@3.51.0", SHIPPED, {"LICENSE": "tabler-icons/LICENSE"}),
    Package(
        "echarts@6.1.0",
        SHIPPED,
        {
            "dist/echarts.common.min.js": "echarts/echarts.common.min.js",
            "LICENSE": "echarts/LICENSE",
            "NOTICE": "echarts/NOTICE",
            "licenses/LICENSE-d3": "echarts/LICENSE-d3",
        },
    ),
    Package("axe-core@4.14.1", TEST_ONLY, {"axe.min.js": "axe/axe.min.js", "LICENSE": "axe/LICENSE"}),
)
ICONS = SHIPPED / "tabler-icons/icons.txt"
SPRITE = SHIPPED / "tabler-icons/sprite.svg"


def fetch(package: Package, scratch: Path) -> tarfile.TarFile:
    """Download one package with the npm client as it is set up on this machine."""
    answer = subprocess.run(
        ["npm", "pack", "--ignore-scripts", "--silent", package.spec],
        cwd=scratch,
        check=True,
        capture_output=True,
        text=True,
        timeout=300,
    )
    return tarfile.open(scratch / answer.stdout.strip().splitlines()[-1])


def read(archive: tarfile.TarFile, path: str) -> bytes:
    member = archive.extractfile(f"package/{path}")
    if member is None:
        raise FileNotFoundError(path)
    return member.read()


def make_sprite(archive: tarfile.TarFile, names: list[str]) -> str:
    """One svg with a symbol for each name; strokes take the colour of the text around them."""
    symbols = []
    for name in names:
        source = read(archive, f"icons/outline/{name}.svg").decode()
        shapes = re.sub(r"\s*\n\s*", "", source[source.index(">", source.index("<svg")) + 1 : source.rindex("</svg>")])
        symbols.append(
            f'<symbol id="{name}" viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="1.75" '
            f'stroke-linecap="round" stroke-linejoin="round">{shapes}</symbol>'
        )
    return '<svg xmlns="http://www.w3.org/2000/svg">\n' + "\n".join(symbols) + "\n</svg>\n"


def vendor() -> None:
    """Fetch every package and write the kept files, the sprite and the checksums."""
    with tempfile.TemporaryDirectory() as scratch:
        for package in PACKAGES:
            with fetch(package, Path(scratch)) as archive:
                for source, target in package.files.items():
                    path = package.folder / target
                    path.parent.mkdir(parents=True, exist_ok=True)
                    path.write_bytes(read(archive, source))
                if package.spec.startswith("@tabler/icons"):
                    SPRITE.write_text(make_sprite(archive, ICONS.read_text().split()))
    for folder in (SHIPPED, TEST_ONLY):
        (folder / "SHA256SUMS").write_text("".join(f"{digest}  {name}\n" for name, digest in sums(folder).items()))


def sums(folder: Path) -> dict[str, str]:
    """Relative path -> sha256 of every file in the folder except the list itself."""
    files = sorted(path for path in folder.rglob("*") if path.is_file() and path.name != "SHA256SUMS")
    return {str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


def differences(folder: Path) -> list[str]:
    """Names of files that are missing, new or changed against the folder's SHA256SUMS."""
    lines = (folder / "SHA256SUMS").read_text().splitlines()
    stated = {name: digest for digest, name in (line.split(maxsplit=1) for line in lines)}
    found = sums(folder)
    return sorted(name for name in stated.keys() | found.keys() if stated.get(name) != found.get(name))


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--check", action="store_true", help="only compare with SHA256SUMS")
    if not parser.parse_args().check:
        vendor()
    wrong = [f"{folder.name}/{name}" for folder in (SHIPPED, TEST_ONLY) for name in differences(folder)]
    print("\n".join(wrong) or "vendored files agree with SHA256SUMS")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
