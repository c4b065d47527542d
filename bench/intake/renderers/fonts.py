"""Font files for the renderers that want files, by the names the system knows them under."""

from pathlib import Path

FOLDER = Path("/usr/share/fonts/truetype")
# name: (usual file, bold file), the same where a family has no bold one
FILES = {
    "WenQuanYi Zen Hei": ("wqy/wqy-zenhei.ttc", "wqy/wqy-zenhei.ttc"),
    "WenQuanYi Micro Hei": ("wqy/wqy-microhei.ttc", "wqy/wqy-microhei.ttc"),
    "AR PL SungtiL GB": ("arphic-gbsn00lp/gbsn00lp.ttf", "arphic-gbsn00lp/gbsn00lp.ttf"),
    "AR PL KaitiM GB": ("arphic-gkai00mp/gkai00mp.ttf", "arphic-gkai00mp/gkai00mp.ttf"),
    "Liberation Sans": ("liberation/LiberationSans-Regular.ttf", "liberation/LiberationSans-Bold.ttf"),
    "Liberation Serif": ("liberation/LiberationSerif-Regular.ttf", "liberation/LiberationSerif-Bold.ttf"),
    "Liberation Sans Narrow": (
        "liberation/LiberationSansNarrow-Regular.ttf", "liberation/LiberationSansNarrow-Bold.ttf",
    ),
    "Carlito": ("crosextra/Carlito-Regular.ttf", "crosextra/Carlito-Bold.ttf"),
    "Caladea": ("crosextra/Caladea-Regular.ttf", "crosextra/Caladea-Bold.ttf"),
    "DejaVu Sans": ("dejavu/DejaVuSans.ttf", "dejavu/DejaVuSans-Bold.ttf"),
}  # fmt: skip


def files(name: str) -> tuple[Path, Path]:
    """The family's usual and bold file."""
    usual, bold = FILES[name]
    return FOLDER / usual, FOLDER / bold


def missing() -> list[str]:
    """The families that are not installed here."""
    return [name for name in FILES if not all(path.exists() for path in files(name))]
