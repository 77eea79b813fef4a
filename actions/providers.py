"""Through whom people may sign in by OpenID Connect, and for whose addresses each is trusted."""

from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import idna
from django.conf import settings


@dataclass(frozen=True)
class Provider:
    """One provider as the settings name it."""

    id: str
    name: str
    issuer: str
    client_id: str
    secret: str
    trusted_domains: tuple[str, ...]
    second_factor_acr: tuple[str, ...]
    second_factor_amr: tuple[str, ...]
    ask_acr: tuple[str, ...]
    scope: tuple[str, ...]

    def __str__(self) -> str:
        return self.name

    def __repr__(self) -> str:
        return f"<Provider {self.id}>"  # never its secret

    def trusts(self, address: str) -> bool:
        """Tell whether its word counts for a mail address: its very domain is named."""
        return domain_of(address) in self.trusted_domains

    @property
    def can_vouch(self) -> bool:
        """Tell whether it can say that a second factor was used."""
        return bool(self.second_factor_acr or self.second_factor_amr)

    def vouches(self, acr: Any, amr: Any) -> bool:
        """Tell whether what a token says of how somebody signed in means a second factor."""
        methods = amr if isinstance(amr, list) else []
        return (isinstance(acr, str) and acr in self.second_factor_acr) or any(
            isinstance(one, str) and one in self.second_factor_amr for one in methods
        )


def configured() -> dict[str, Provider]:
    """Return the providers by their ids, in the order of the settings."""
    return {
        row["id"]: Provider(**{key: frozen(value) for key, value in row.items()})
        for row in settings.OPENID_PROVIDERS
    }


def frozen(value: Any) -> Any:
    """Return a value that cannot be changed by mistake."""
    return tuple(value) if isinstance(value, list) else value


def domain_of(address: str) -> str:
    """Return the domain of a mail address as it is compared; "" where it has none."""
    local, _at, domain = address.rpartition("@")
    try:
        return idna.encode(domain.lower(), uts46=True).decode() if local and domain else ""
    except idna.IDNAError:
        return ""


def is_same(one: str, other: str) -> bool:
    """Tell whether two mail addresses are the same mailbox.

    Case counts for nothing in ASCII. Elsewhere letters that look or change alike are others: a
    database that folds ı into i would give one person's account to another.
    """
    (first, _at, _domain), (second, _sign, _other) = one.rpartition("@"), other.rpartition("@")
    if not domain_of(one) or domain_of(one) != domain_of(other):
        return False
    is_plain = first.isascii() and second.isascii()
    return first == second or (is_plain and first.lower() == second.lower())


def spellings(address: str) -> set[str]:
    """Return the ways in which the domain of an address can be written, for a search."""
    local, _at, _domain = address.rpartition("@")
    plain = domain_of(address)
    found = {address, f"{local}@{plain}"}
    with suppress(idna.IDNAError):
        found.add(f"{local}@{idna.decode(plain)}")
    return found
