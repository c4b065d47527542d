"""Marking words for translation where Django must not be imported."""


def gettext_noop(text: str) -> str:
    """Return `text` unchanged; catalogue extraction finds it by this function's name."""
    return text
