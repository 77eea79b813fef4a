"""Proofs of work, as the page's script finds them."""

import hashlib

import pytest

from actions.rules.proofs import BITS, is_proof
from tests.proofs import find


def test_a_number_whose_digest_begins_with_enough_zeros_is_a_proof() -> None:
    number = find("token")
    digest = hashlib.sha256(f"token:{number}".encode()).digest()
    assert f"{int.from_bytes(digest):0256b}"[:BITS] == "0" * BITS
    assert is_proof("token", number)
    assert not is_proof("another token", number)
    assert not is_proof("token", str(int(number) + 1))


@pytest.mark.parametrize("number", ["", "-1", "1.0", "١٢", "9" * 5_000, "0x1", "1\n", "\x00"])
def test_what_is_no_number_is_no_proof(number: str) -> None:
    assert not is_proof("token", number)
