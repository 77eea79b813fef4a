"""A provider of OpenID Connect for tests: a real server that signs, and lies where it is told to.

It answers on a port of this machine: what it says of itself, its keys, tokens for a code, and who
somebody is; browsers are led back at once. ``claims`` and ``header`` change what it signs;
``sign`` may be another one altogether.
"""

import base64
import hashlib
import json
import threading
import time
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, parse_qsl, urlencode, urlsplit

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

CLIENT, SECRET = "napmonitor", "a secret: with a colon"
KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)
OTHER_KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)


class Issuer:
    """The server, and what it says."""

    def __init__(self) -> None:
        self.keys = {"first": KEY}
        self.claims: dict[str, Any] = {}
        self.header: dict[str, Any] = {}
        self.about: dict[str, Any] = {}
        self.sign: Callable[[dict[str, Any]], str] = self.by_key
        self.told: dict[str, Any] | str | None = None  # what is answered to "who is it"
        self.asked: dict[str, str] = {}  # by the last person who was led here
        self.calls: list[str] = []
        self.codes: dict[str, dict[str, str]] = {}
        self.status, self.delay = 200, 0.0
        issuer = self

        class Handler(BaseHTTPRequestHandler):
            """Answers one request."""

            def do_GET(self) -> None:
                issuer.answer(self, "")

            def do_POST(self) -> None:
                length = int(self.headers["Content-Length"])
                issuer.answer(self, self.rfile.read(length).decode())

            def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
                """Say nothing."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.address = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, args=(0.05,), daemon=True).start()

    def close(self) -> None:
        """Let the server end."""
        self.server.shutdown()
        self.server.server_close()

    # --- What it says -------------------------------------------------------------

    def answer(self, handler: Any, body: str) -> None:
        """Answer a request."""
        path = urlsplit(handler.path).path
        self.calls.append(path)
        time.sleep(self.delay)
        if path == "/door":
            self.open_door(handler)
            return
        ways = {
            "/.well-known/openid-configuration": lambda: self.description,
            "/keys": lambda: {"keys": [public(key, name) for name, key in self.keys.items()]},
            "/token": lambda: self.redeemed(handler.headers.get("Authorization", ""), body),
            "/who": lambda: self.told or {"sub": self.claims.get("sub", "person-1")},
        }
        found: Any = ways.get(path, dict)()
        kind = "application/jwt" if isinstance(found, str) else "application/json"
        content = (found if isinstance(found, str) else json.dumps(found)).encode()
        refused = path == "/token" and "error" in found
        handler.send_response(400 if refused else self.status)
        handler.send_header("Content-Type", kind)
        handler.send_header("Content-Length", str(len(content)))
        handler.end_headers()
        handler.wfile.write(content)

    @property
    def description(self) -> dict[str, Any]:
        """What it says of itself."""
        return {
            "issuer": self.address,
            "authorization_endpoint": f"{self.address}/door",
            "token_endpoint": f"{self.address}/token",
            "userinfo_endpoint": f"{self.address}/who",
            "jwks_uri": f"{self.address}/keys",
        } | self.about

    def let_in(self, address: str, code: str = "code") -> dict[str, str]:
        """Take somebody who was led to an address; return what they are led back with."""
        self.asked = dict(parse_qsl(urlsplit(address).query))
        self.codes[code] = self.asked
        return {"code": code, "state": self.asked["state"]}

    def open_door(self, handler: Any) -> None:
        """Lead a browser back at once, by way of another address, as providers do."""
        if "inside" not in handler.path:
            place = f"/door?inside=1&{urlsplit(handler.path).query}"
        else:
            sent = self.let_in(handler.path, f"code-{len(self.calls)}")
            place = f"{self.asked['redirect_uri']}?{urlencode(sent)}"
        handler.send_response(302)
        handler.send_header("Location", place)
        handler.send_header("Content-Length", "0")
        handler.end_headers()

    def redeemed(self, header: str, body: str) -> dict[str, Any]:
        """Return the tokens for a code, once, to whom it was given."""
        sent = {name: values[0] for name, values in parse_qs(body).items()}
        asked = self.codes.pop(sent.get("code", ""), None)
        pair = base64.b64encode(b"napmonitor:a%20secret%3A%20with%20a%20colon").decode()
        is_known = header == f"Basic {pair}" or sent.get("client_secret") == SECRET
        if asked is None or not is_known or sent["redirect_uri"] != asked["redirect_uri"]:
            return {"error": "invalid_grant"}
        digest = hashlib.sha256(sent["code_verifier"].encode()).digest()
        challenge = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
        if challenge != asked["code_challenge"]:
            return {"error": "invalid_grant"}
        return {"access_token": "access", "token_type": "Bearer", "id_token": self.token(asked)}

    def token(self, asked: dict[str, str]) -> str:
        """Return what it signs of somebody; a claim that is None is left out."""
        now = int(time.time())
        claims = {
            "iss": self.address, "aud": CLIENT, "sub": "person-1", "iat": now, "exp": now + 300,
            "nonce": asked["nonce"], "auth_time": now,
        }  # fmt: skip
        found = claims | self.claims
        return self.sign({name: value for name, value in found.items() if value is not None})

    def by_key(self, claims: dict[str, Any]) -> str:
        """Sign as it should."""
        return jwt.encode(claims, KEY, algorithm="RS256", headers={"kid": "first"} | self.header)


def public(key: rsa.RSAPrivateKey, name: str) -> dict[str, Any]:
    """Return the public half of a key as a provider shows it."""
    found: dict[str, Any] = jwt.algorithms.RSAAlgorithm.to_jwk(key.public_key(), as_dict=True)
    return found | {"kid": name, "use": "sig", "alg": "RS256"}


def public_text() -> bytes:
    """Return the public key as text, with which somebody may try to sign."""
    return KEY.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
