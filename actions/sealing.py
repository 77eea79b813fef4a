"""Seals what would let somebody else in who reads the database: secrets of second factors.

The key is drawn from ``SECRET_KEY``; what an older one of ``SECRET_KEY_FALLBACKS`` sealed can
still be read. Whoever has the database without the key has nothing of them. Sealed with
AES-256-GCM; what an earlier version sealed with Fernet is still read, until it is sealed anew.
"""

import base64
import secrets
from contextlib import suppress

from cryptography.exceptions import InvalidTag
from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings
from django.utils.crypto import salted_hmac

SEALED = "sealed:"
BY_GCM = "gcm_"  # what Fernet seals begins with gAAAA
NONCE = 12  # bytes, as the mode has it
SALT = "napmonitor.sealing.factors"


class UnreadableError(ValueError):
    """It was sealed under a key that is not known here."""


def seal(text: str) -> str:
    """Return a text as it is stored."""
    nonce = secrets.token_bytes(NONCE)
    closed = AESGCM(key_of(settings.SECRET_KEY, "2")).encrypt(nonce, text.encode(), None)
    return SEALED + BY_GCM + base64.urlsafe_b64encode(nonce + closed).decode("ascii")


def unseal(stored: str) -> str:
    """Return what was sealed; a text that never was is returned as it stands.

    Raises UnreadableError where none of the keys fits.
    """
    if not is_sealed(stored):
        return stored
    closed = stored.removeprefix(SEALED)
    try:
        if not closed.startswith(BY_GCM):
            return before().decrypt(closed).decode()
        content = base64.urlsafe_b64decode(closed.removeprefix(BY_GCM))
    except (InvalidToken, ValueError) as error:
        raise UnreadableError from error
    return opened(content[:NONCE], content[NONCE:])


def opened(nonce: bytes, closed: bytes) -> str:
    """Return what one of the keys opens; raises UnreadableError where none does."""
    for secret in known():
        with suppress(InvalidTag, ValueError):
            return AESGCM(key_of(secret, "2")).decrypt(nonce, closed, None).decode()
    raise UnreadableError


def is_sealed(stored: str) -> bool:
    """Tell whether a text is stored sealed."""
    return stored.startswith(SEALED)


def known() -> list[str]:
    """Return the secret key of today, then those before it."""
    return [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]


def before() -> MultiFernet:
    """Return what opens what an earlier version sealed."""
    return MultiFernet([Fernet(base64.urlsafe_b64encode(key_of(key, "1"))) for key in known()])


def key_of(secret: str, version: str) -> bytes:
    """Return the key for sealing that belongs to a secret key: 256 bits, one for each way."""
    return salted_hmac(SALT, version, secret=secret, algorithm="sha256").digest()
