"""Third-party browser files lie in the tree word for word, each with its licence, and reach for nothing outside."""

import re

import pytest
from tools import vendor

FOLDERS = [vendor.SHIPPED, vendor.TEST_ONLY]


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.parts[-3])
def test_files_agree_with_their_checksums(folder: vendor.Path) -> None:
    assert vendor.differences(folder) == []


def test_a_changed_a_missing_and_a_new_file_are_named(tmp_path: vendor.Path) -> None:
    for name in ("kept.js", "changed.js", "missing.js"):
        (tmp_path / name).write_text(name)
    (tmp_path / "SHA256SUMS").write_text(
        "".join(f"{digest}  {name}\n" for name, digest in vendor.sums(tmp_path).items())
    )

    (tmp_path / "changed.js").write_text("other")
    (tmp_path / "missing.js").unlink()
    (tmp_path / "new.js").write_text("new")

    assert vendor.differences(tmp_path) == ["changed.js", "missing.js", "new.js"]


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.parts[-3])
def test_every_package_has_its_licence_beside_it(folder: vendor.Path) -> None:
    packages = [path for path in folder.iterdir() if path.is_dir()]

    assert packages
    assert [path.name for path in packages if not (path / "LICENSE").read_text().strip()] == []


def test_style_sheets_load_nothing_from_elsewhere() -> None:
    sheets = [*vendor.SHIPPED.rglob("*.css"), *(vendor.SHIPPED.parent / "ui").glob("*.css")]
    addresses = [found for sheet in sheets for found in re.findall(r"url\(\s*['\"]?([^)'\"]+)", sheet.read_text())]
    imports = [found for sheet in sheets for found in re.findall(r"@import[^;]+", sheet.read_text())]

    assert [address for address in addresses if not address.startswith("data:")] == []
    assert imports == []


def test_icons_that_templates_name_are_in_the_sprite() -> None:
    source = vendor.ROOT / "src/orderloop"
    named = {
        name
        for template in source.rglob("templates/**/*.html")
        for name in re.findall(r"""\{% icon ["']([a-z0-9-]+)["']""", template.read_text())
    }

    assert named
    assert named - set(vendor.ICONS.read_text().split()) == set()
