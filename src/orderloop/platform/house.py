"""The name under which the house that runs this installation speaks to others: on its customers' pages and in mails.

Where it is kept is the affair of whoever registers; here it is only asked for.
"""

from collections.abc import Callable

PRODUCT = "Orderloop"
_names: list[Callable[[str], str]] = []


def register(name_of: Callable[[str], str]) -> None:
    """Have `name_of` asked for the name in a language; an empty one means that none was given yet."""
    _names[:] = [name_of]


def name(language: str) -> str:
    """The house's name in a language; the product's as long as it has none."""
    given = _names[0](language) if _names else ""
    return "".join(sign for sign in given if sign.isprintable()).strip() or PRODUCT
