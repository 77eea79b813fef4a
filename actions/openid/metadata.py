"""What a provider says of itself, its addresses and its keys, remembered for a while."""

import threading
import time
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from actions.openid import calls
from actions.openid.calls import Budget
from actions.openid.problems import BadAnswerError
from actions.providers import Provider

WELL_KNOWN = "/.well-known/openid-configuration"
LASTS = 3600.0  # seconds

lock = threading.Lock()
remembered: dict[str, tuple[float, dict[str, Any]]] = {}


@dataclass(frozen=True)
class Metadata:
    """The addresses of a provider, and how it wants to know who asks."""

    authorization: str
    token: str
    userinfo: str
    keys: str
    is_asked_by_header: bool
    names_itself: bool  # in the way back (RFC 9207)


def forget() -> None:
    """Remember nothing any more; for tests, and where a key is new."""
    with lock:
        remembered.clear()


def fetch(address: str, budget: Budget, *, anew: bool = False) -> dict[str, Any]:
    """Return what stands at an address, as it was asked for in the last hour unless ``anew``."""
    with lock:
        at, found = remembered.get(address, (0.0, {}))
    if found and not anew and time.monotonic() - at < LASTS:
        return found
    found = calls.ask_json(budget, "GET", address)
    with lock:
        remembered[address] = (time.monotonic(), found)
    return found


def of(provider: Provider, budget: Budget) -> Metadata:
    """Return what a provider says of itself.

    Raises NoAnswerError where it does not answer, BadAnswerError where it names itself otherwise
    than the settings do, or leads to addresses without TLS.
    """
    address = f"{provider.issuer.rstrip('/')}{WELL_KNOWN}"
    found = fetch(address, budget)
    if found.get("issuer") != provider.issuer:
        raise BadAnswerError("names another issuer")
    methods = found.get("token_endpoint_auth_methods_supported", ["client_secret_basic"])
    if not isinstance(methods, list):
        raise BadAnswerError("names no list of ways to ask for tokens")
    is_by_form = "client_secret_basic" not in methods and "client_secret_post" in methods
    return Metadata(
        authorization=checked(provider, found, "authorization_endpoint"),
        token=checked(provider, found, "token_endpoint"),
        userinfo=checked(provider, found, "userinfo_endpoint")
        if "userinfo_endpoint" in found
        else "",
        keys=checked(provider, found, "jwks_uri"),
        is_asked_by_header=not is_by_form,
        names_itself=found.get("authorization_response_iss_parameter_supported") is True,
    )


def checked(provider: Provider, found: dict[str, Any], name: str) -> str:
    """Return an address that a provider names; raises BadAnswerError for one that is not safe."""
    address = found.get(name)
    try:
        parts = urlsplit(address) if isinstance(address, str) else urlsplit("")
    except ValueError:
        parts = urlsplit("")
    # Without TLS only where the provider itself is asked so, on a trial.
    schemes = ("https", urlsplit(provider.issuer).scheme)
    if parts.scheme not in schemes or not parts.hostname or parts.fragment:
        raise BadAnswerError(f"has no safe {name}")
    return str(address)
