"""Reads OPENID_PROVIDERS: through whom people may sign in, and for which mail domains."""

import json
import re
from typing import Any
from urllib.parse import urlsplit

import idna
from django.core.exceptions import ImproperlyConfigured

NAME = "OPENID_PROVIDERS"
REQUIRED = ("id", "name", "issuer", "client_id", "secret", "trusted_domains")
LISTS = ("second_factor_acr", "second_factor_amr", "ask_acr", "scope")
ID = re.compile(r"[a-z0-9][a-z0-9-]{0,29}")
LONGEST_NAME = 60
LONGEST = 500  # letters of any other value


def read(text: str, *, may_be_insecure: bool) -> list[dict[str, Any]]:
    """Return the providers that the setting lists, each with all its keys; none without it.

    Raises ImproperlyConfigured, with one sentence, for what is not safe or not understood: a
    provider without TLS, without a secret, or trusted for every domain; a key that nothing reads.
    ``may_be_insecure`` lets a trial go without TLS.
    """
    if not text.strip():
        return []
    try:
        rows = json.loads(text)
    except (ValueError, RecursionError):
        rows = None
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise ImproperlyConfigured(f"{NAME} must be a JSON list of objects, one for each provider.")
    found = [provider(row, may_be_insecure=may_be_insecure) for row in rows]
    ids = [row["id"] for row in found]
    for name in ids:
        if ids.count(name) > 1:
            raise ImproperlyConfigured(f"{NAME} has the id {name} twice.")
    return found


def provider(row: dict[str, Any], *, may_be_insecure: bool) -> dict[str, Any]:
    """Return one provider as it is used; raises ImproperlyConfigured as ``read`` does."""
    named = row.get("id")
    if not isinstance(named, str) or not ID.fullmatch(named):
        raise ImproperlyConfigured(
            f"{NAME}: each provider needs an id of small letters, digits and hyphens, at most 30."
        )
    if unknown := sorted(set(row) - {*REQUIRED, *LISTS}):
        raise ImproperlyConfigured(f"{NAME}: {named} has a key that is not known: {unknown[0]}.")
    for key in ("name", "issuer", "client_id", "secret"):
        value = row.get(key)
        if not isinstance(value, str) or not value.strip() or len(value) > LONGEST:
            raise ImproperlyConfigured(f"{NAME}: {named} needs a text as its {key}.")
    if len(row["name"]) > LONGEST_NAME or not row["name"].isprintable():
        raise ImproperlyConfigured(f"{NAME}: {named} needs a name of at most {LONGEST_NAME}.")
    check_address(named, row["issuer"], may_be_insecure=may_be_insecure)
    lists = {key: texts(named, key, row.get(key, [])) for key in LISTS}
    scope = lists["scope"] or ["openid", "email"]
    if "openid" not in scope:
        raise ImproperlyConfigured(f"{NAME}: {named} must ask for the scope openid.")
    domains = [
        domain(named, one)
        for one in texts(named, "trusted_domains", row.get("trusted_domains", []))
    ]
    if not domains:
        raise ImproperlyConfigured(f"{NAME}: {named} must name the mail domains it is trusted for.")
    return {**row, **lists, "scope": scope, "trusted_domains": domains}


def check_address(named: str, issuer: str, *, may_be_insecure: bool) -> None:
    """Raise ImproperlyConfigured where an issuer is no plain address with TLS."""
    try:
        parts = urlsplit(issuer)
        _ = parts.port
    except ValueError:
        parts = urlsplit("")
    schemes = ("https", "http") if may_be_insecure else ("https",)
    is_plain = not (parts.query or parts.fragment or parts.username or parts.password)
    if parts.scheme not in schemes or not parts.hostname or not is_plain or not issuer.isascii():
        raise ImproperlyConfigured(
            f"{NAME}: the issuer of {named} must be an address that starts with https://, "
            "without a name, a query or a fragment."
        )


def texts(named: str, key: str, value: Any) -> list[str]:
    """Return a list of texts; raises ImproperlyConfigured for anything else."""
    if isinstance(value, list) and all(isinstance(one, str) and one.strip() for one in value):
        return [one.strip() for one in value]
    raise ImproperlyConfigured(f"{NAME}: {key} of {named} must be a list of texts.")


def domain(named: str, text: str) -> str:
    """Return a mail domain as it is compared; raises ImproperlyConfigured for a pattern."""
    try:
        found = idna.encode(text.lower(), uts46=True).decode()
    except idna.IDNAError:
        found = ""
    if "." not in found or "*" in text or "@" in text:
        raise ImproperlyConfigured(
            f"{NAME}: {named} must be trusted for whole mail domains such as example.org, "
            f"not for {text}; patterns are not known."
        )
    return found
