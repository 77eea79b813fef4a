"""Verifies what a provider signed: who says it, to whom, when, about which sign-in of ours."""

import hmac
from typing import Any

import jwt
from jwt import PyJWK

from actions.openid import metadata
from actions.openid.calls import Budget
from actions.openid.metadata import Metadata
from actions.openid.problems import BadAnswerError
from actions.providers import Provider

# With a pair of keys, of which the provider alone has the secret one: whoever reads the public key
# signs nothing with it, and "none" is no signature.
KINDS = {
    "RS256": "RSA", "RS384": "RSA", "RS512": "RSA",
    "PS256": "RSA", "PS384": "RSA", "PS512": "RSA",
    "ES256": "EC", "ES384": "EC", "ES512": "EC",
    "EdDSA": "OKP",
}  # fmt: skip
LEEWAY = 60  # seconds by which two clocks may differ
LONGEST = 255  # letters of a subject, as the standard says
SHORTEST_RSA = 2048
LARGEST_TOKEN = 64 * 1024


def verify(
    token: str, provider: Provider, found: Metadata, budget: Budget, *, nonce: str
) -> dict[str, Any]:
    """Return what an ID token says; raises BadAnswerError for one that must not be believed.

    Issuer and audience are ours, it is valid now, and it answers to the ``nonce`` of this very
    sign-in (OpenID Connect Core 1.0, section 3.1.3.7).
    """
    claims = signed(token, provider, found, budget, ["iss", "aud", "exp", "iat", "sub"])
    audience = claims["aud"]
    party = claims.get("azp")
    if (isinstance(audience, list) and len(audience) > 1 and party is None) or (
        party is not None and party != provider.client_id
    ):
        raise BadAnswerError("made a token for another site")
    given = claims.get("nonce")
    if not isinstance(given, str) or not hmac.compare_digest(
        given.encode("utf-8", "replace"), nonce.encode()
    ):
        raise BadAnswerError("answered to another sign-in")
    if not claims["sub"] or len(claims["sub"]) > LONGEST:
        raise BadAnswerError("named nobody")
    return claims


def signed(
    token: Any, provider: Provider, found: Metadata, budget: Budget, required: list[str]
) -> dict[str, Any]:
    """Return what a signed text of a provider says to us; raises BadAnswerError otherwise."""
    if not isinstance(token, str) or len(token) > LARGEST_TOKEN:
        raise BadAnswerError("sent no token")
    try:
        header = jwt.get_unverified_header(token)
        kind = header.get("alg")
        if kind not in KINDS or "crit" in header:
            raise BadAnswerError("signed in a way that is not accepted")
        claims: dict[str, Any] = jwt.decode(
            token,
            key=key_for(header, provider, found, budget),
            algorithms=[kind],
            audience=provider.client_id,
            issuer=provider.issuer,
            leeway=LEEWAY,
            options={"require": required},
        )
    except (jwt.PyJWTError, ValueError, TypeError, RecursionError) as error:
        raise BadAnswerError(f"sent a token that is not good ({type(error).__name__})") from None
    return claims


def key_for(header: dict[str, Any], provider: Provider, found: Metadata, budget: Budget) -> PyJWK:
    """Return the key that a token was signed with; asks for the keys anew where it is not known."""
    for anew in (False, True):
        keys = metadata.fetch(found.keys, budget, anew=anew)
        if key := chosen(keys, header):
            return key
    raise BadAnswerError(f"signed with a key that {provider.id} does not name")


def chosen(keys: dict[str, Any], header: dict[str, Any]) -> PyJWK | None:
    """Return the key of a set that a token names; the only one that fits where it names none."""
    kind, name = header["alg"], header.get("kid")
    rows = keys.get("keys")
    fitting = [
        row
        for row in (rows if isinstance(rows, list) else [])
        if isinstance(row, dict)
        and row.get("kty") == KINDS[kind]
        and row.get("use", "sig") == "sig"
        and row.get("alg", kind) == kind
        and (name is None or row.get("kid") == name)
    ]
    if len(fitting) != 1:
        return None
    key = PyJWK(fitting[0], algorithm=kind)
    if KINDS[kind] == "RSA" and key.key.key_size < SHORTEST_RSA:
        raise BadAnswerError("signs with a key that is too short")
    return key
