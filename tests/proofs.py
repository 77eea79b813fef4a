"""Finds a proof of work, as the script of the page does."""

from functools import cache
from itertools import count

from actions.rules.proofs import is_proof


@cache
def find(token: str) -> str:
    """Return the first number that is a proof for a token."""
    return next(str(number) for number in count() if is_proof(token, str(number)))
