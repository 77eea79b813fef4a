"""Seals what would let somebody else in who reads the database: secrets of second factors.

The key is drawn from ``SECRET_KEY``; what an older one of ``SECRET_KEY_FALLBACKS`` sealed can
still be read. Whoever has the database without the key has nothing of them.
"""

import base64

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings
from django.utils.crypto import salted_hmac

SEALED = "sealed:"
SALT = "napmonitor.sealing.factors"


class UnreadableError(ValueError):
    """It was sealed under a key that is not known here."""


def seal(text: str) -> str:
    """Return a text as it is stored."""
    return SEALED + box().encrypt(text.encode()).decode("ascii")


def unseal(stored: str) -> str:
    """Return what was sealed; a text that never was is returned as it stands.

    Raises UnreadableError where none of the keys fits.
    """
    if not is_sealed(stored):
        return stored
    try:
        return box().decrypt(stored.removeprefix(SEALED)).decode()
    except InvalidToken as error:
        raise UnreadableError from error


def is_sealed(stored: str) -> bool:
    """Tell whether a text is stored sealed."""
    return stored.startswith(SEALED)


def box() -> MultiFernet:
    """Return what seals with the key of today and opens with those before it too."""
    keys = [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
    return MultiFernet([Fernet(key_of(key)) for key in keys])


def key_of(secret: str) -> bytes:
    """Return the key for sealing that belongs to a secret key."""
    drawn = salted_hmac(SALT, "1", secret=secret, algorithm="sha256").digest()
    return base64.urlsafe_b64encode(drawn)
