"""A sign-in at a provider, from the way there to who it was: the code flow with PKCE."""

import base64
import hashlib
import secrets
import time
from dataclasses import asdict, dataclass
from typing import Any
from urllib.parse import quote, urlencode

from actions.openid import calls, metadata, tokens
from actions.openid.calls import Budget
from actions.openid.metadata import Metadata
from actions.openid.problems import BadAnswerError
from actions.providers import Provider

OK = 200
SIGNED = "application/jwt"
FAR = 10**11  # seconds; what comes after is no moment


@dataclass(frozen=True)
class Start:
    """What the session remembers of a sign-in while somebody is at the provider."""

    nonce: str
    verifier: str
    at: float
    is_anew: bool = False  # the person must prove who they are, whatever the provider remembers

    def kept(self) -> dict[str, Any]:
        """Return it as a session keeps it."""
        return asdict(self)


@dataclass(frozen=True)
class Identity:
    """Who somebody is at a provider, as far as it signed that.

    ``key`` stands for the person at this issuer, and says nothing else: what the provider calls
    them may be a national number. ``email`` is an address that the provider has verified, or "".
    ``proved_at`` is when they proved who they are, None where it does not say.
    ``has_second_factor`` tells whether a second factor was used.
    """

    provider: str
    key: str
    email: str
    states_email: bool
    proved_at: float | None
    has_second_factor: bool


def begin(*, is_anew: bool) -> Start:
    """Return what belongs to one sign-in alone."""
    return Start(secrets.token_urlsafe(32), secrets.token_urlsafe(64), time.time(), is_anew)


def address(
    provider: Provider, start: Start, *, state: str, back: str, oldest: int, language: str
) -> str:
    """Return where somebody proves at a provider who they are; raises as ``metadata.of`` does.

    ``oldest`` is how many seconds ago they may have done so; who must do it anew is asked to.
    """
    found = metadata.of(provider, Budget())
    digest = hashlib.sha256(start.verifier.encode()).digest()
    asked = {
        "response_type": "code",
        "client_id": provider.client_id,
        "redirect_uri": back,
        "scope": " ".join(provider.scope),
        "state": state,
        "nonce": start.nonce,
        "code_challenge": base64.urlsafe_b64encode(digest).rstrip(b"=").decode(),
        "code_challenge_method": "S256",
        "ui_locales": language,
        "max_age": "0" if start.is_anew else str(oldest),
    }
    if start.is_anew:
        asked["prompt"] = "login"
    if provider.ask_acr:
        asked["acr_values"] = " ".join(provider.ask_acr)
    sign = "&" if "?" in found.authorization else "?"
    return f"{found.authorization}{sign}{urlencode(asked)}"


def finish(
    provider: Provider, start: Start, *, code: str, back: str, issuer: str | None
) -> Identity:
    """Return who came back with a code; raises ProviderError for what must not be believed.

    ``issuer`` is who says to have sent them, where somebody says so.
    """
    budget = Budget()
    found = metadata.of(provider, budget)
    if issuer != provider.issuer and (issuer is not None or found.names_itself):
        raise BadAnswerError("is not who sent the answer")
    answer = redeem(provider, start, found, budget, code=code, back=back)
    claims = tokens.verify(answer.get("id_token", ""), provider, found, budget, nonce=start.nonce)
    proved_at = moment(claims.get("auth_time"))
    if start.is_anew and not (proved_at and proved_at >= start.at - tokens.LEEWAY):
        proved_at = None
    told = stated(provider, found, budget, claims, answer.get("access_token"))
    return Identity(
        provider=provider.id,
        key=key_of(provider.issuer, claims["sub"]),
        email=verified(told),
        states_email=bool(told.get("email")),
        proved_at=proved_at,
        # Without the moment it could not be asked for once more: then ours is asked.
        has_second_factor=proved_at is not None
        and provider.vouches(claims.get("acr"), claims.get("amr")),
    )


def redeem(
    provider: Provider, start: Start, found: Metadata, budget: Budget, *, code: str, back: str
) -> dict[str, Any]:
    """Return what a provider gives for a code; raises ProviderError."""
    sent = {
        "grant_type": "authorization_code",
        "code": code,
        "redirect_uri": back,
        "code_verifier": start.verifier,
    }
    headers = {"Accept": "application/json"}
    if found.is_asked_by_header:
        pair = f"{quote(provider.client_id, safe='')}:{quote(provider.secret, safe='')}"
        headers["Authorization"] = f"Basic {base64.b64encode(pair.encode()).decode()}"
    else:
        sent |= {"client_id": provider.client_id, "client_secret": provider.secret}
    return calls.ask_json(budget, "POST", found.token, data=sent, headers=headers)


def stated(
    provider: Provider, found: Metadata, budget: Budget, claims: dict[str, Any], token: Any
) -> dict[str, Any]:
    """Return what a provider states of somebody's mail address: in the token, or when asked."""
    if "email" in claims:
        return claims
    if not found.userinfo or not isinstance(token, str) or not token.isascii():
        return {}
    headers = {"Authorization": f"Bearer {token}", "Accept": "application/json, application/jwt"}
    status, kind, content = calls.ask(budget, "GET", found.userinfo, headers=headers)
    if status != OK:
        return {}
    if kind == SIGNED:
        told = tokens.signed(content.decode("ascii", "replace"), provider, found, budget, ["sub"])
    else:
        told = calls.parsed(content)
    if told.get("sub") != claims["sub"]:
        raise BadAnswerError("told of somebody else")
    return told


def verified(told: dict[str, Any]) -> str:
    """Return the address that a provider states and has verified; "" where it has not."""
    email = told.get("email")
    if told.get("email_verified") is not True or not isinstance(email, str):
        return ""
    return email if email.isprintable() and email.count("@") == 1 else ""


def moment(value: Any) -> float | None:
    """Return when somebody proved who they are, at the latest now; None where it does not say."""
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    if not is_number or not 0 < value < FAR:
        return None
    return min(float(value), time.time())


def key_of(issuer: str, subject: str) -> str:
    """Return what is kept of who somebody is at a provider."""
    return hashlib.sha256(f"{issuer}\n{subject}".encode("utf-8", "replace")).hexdigest()
