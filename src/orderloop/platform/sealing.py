"""Values that must be read again, kept so that a copy of the database alone does not give them away.

They are sealed with a key made of the installation's secret; one sealed with a former secret can still be opened.
"""

import base64

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings

_PURPOSE = b"orderloop.sealing"


class SealBroken(ValueError):
    """The value was sealed by another installation, or with a secret that is not named any more."""


def seal(text: str) -> str:
    """The text, readable with this installation's secret only; another result each time."""
    return _ring().encrypt(text.encode()).decode()


def unseal(sealed: str) -> str:
    """What was sealed; SealBroken where the key to it is not here."""
    try:
        return _ring().decrypt(sealed.encode()).decode()
    except InvalidToken as error:
        raise SealBroken("sealed with another secret key (ORDERLOOP_SECRET_KEY_FALLBACKS names former ones)") from error


def _ring() -> MultiFernet:
    keys = (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)
    return MultiFernet([Fernet(_key(each)) for each in keys])


def _key(secret: str) -> bytes:
    made = HKDF(algorithm=SHA256(), length=32, salt=None, info=_PURPOSE).derive(secret.encode())
    return base64.urlsafe_b64encode(made)
