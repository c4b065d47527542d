"""pdfium told of a font of ours beside the system's, so that a page reads alike on machines without Chinese fonts.

A form may name a font that it does not bring along. Where the system has none in its place, pdfium thinks every sign
of it empty, and leaves out those that stand alone: a title's last sign, the number of a line. `fonts/boxes.ttf` has a
box for every sign and no shapes; it is looked for last, and seen only where there is nothing else.
"""

import ctypes
import sys
from pathlib import Path

import pypdfium2.raw as pdf

FONTS = Path(__file__).parent / "fonts"
# Where pdfium looks on Linux unless it is told where.
_SYSTEM = ("/usr/share/fonts", "/usr/share/X11/fonts/Type1", "/usr/share/X11/fonts/TTF", "/usr/local/share/fonts")
_kept: list[object] = []  # pdfium does not copy the paths


def look_for_fonts(*folders: str) -> None:
    """Start pdfium anew with these folders of fonts; no document may be open."""
    texts = [ctypes.create_string_buffer(folder.encode()) for folder in folders]
    paths = (ctypes.POINTER(ctypes.c_char) * (len(texts) + 1))()
    for at, text in enumerate(texts):
        paths[at] = ctypes.cast(text, ctypes.POINTER(ctypes.c_char))
    _kept[:] = [texts, paths]
    pdf.FPDF_DestroyLibrary()
    pdf.FPDF_InitLibraryWithConfig(
        pdf.FPDF_LIBRARY_CONFIG(version=2, m_pUserFontPaths=paths, m_pIsolate=None, m_v8EmbedderSlot=0)
    )


if sys.platform == "linux":
    look_for_fonts(*_SYSTEM, str(FONTS))
