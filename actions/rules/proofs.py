"""Proofs of work: a number that costs a browser a moment to find, and us nothing to check."""

import re
from hashlib import sha256

BITS = 14  # a browser tries some 16,000 numbers, in well under a second
NUMBER = re.compile(r"[0-9]{1,12}")


def is_proof(token: str, number: str) -> bool:
    """Tell whether the digest of a token and a number begins with enough zeros."""
    if not NUMBER.fullmatch(number):
        return False
    digest = sha256(f"{token}:{number}".encode()).digest()
    return int.from_bytes(digest[:4]) >> (32 - BITS) == 0
