"""Signing in by a provider that others wrote: the standard as somebody else reads it."""

import html
import re
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from typing import Any

import pytest
import requests
from allauth.socialaccount.models import SocialAccount
from django.test import Client

from napmonitor import providers

pytestmark = [pytest.mark.django_db, pytest.mark.slow]

DOOR = "/en/account/sign-in/"


@pytest.fixture(scope="module")
def elsewhere() -> Iterator[str]:
    """The address of a provider in a process of its own."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    command = [sys.executable, "-m", "oidc_provider_mock", "--port", str(port), "--require-nonce"]
    server = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    address = f"http://localhost:{port}"
    try:
        wait_for(address)
        yield address
    finally:
        server.terminate()
        server.wait(timeout=30)


def wait_for(address: str) -> None:
    """Wait until a server answers."""
    end = time.monotonic() + 60
    while time.monotonic() < end:
        try:
            requests.get(address, timeout=5)
        except requests.ConnectionError:
            time.sleep(0.1)
        else:
            return
    raise AssertionError(f"no answer from {address}")


@pytest.fixture
def offered(elsewhere, settings) -> str:
    """The provider, offered for example.org."""
    row = {
        "id": "else", "name": "Elsewhere", "issuer": elsewhere, "client_id": "napmonitor",
        "secret": "a secret", "trusted_domains": ["example.org"],
    }  # fmt: skip
    settings.OPENID_PROVIDERS = [providers.provider(row, may_be_insecure=True)]
    return elsewhere


def come(client: Client, address: str, subject: str, **claims: Any) -> Any:
    """Go to the provider as somebody, say yes there, and come back."""
    requests.put(f"{address}/users/{subject}", json=claims, timeout=10).raise_for_status()
    page = client.post(f"{DOOR}with/else/").content.decode()
    found = re.search(r'http-equiv="refresh" content="0;url=([^"]+)"', page)
    assert found is not None, page
    there = html.unescape(found[1])
    answer = requests.post(there, data={"sub": subject}, allow_redirects=False, timeout=10)
    assert answer.status_code == 302, answer.text
    return client.get(answer.headers["Location"])


def test_a_member_signs_in_and_a_stranger_does_not(client, offered, make_member) -> None:
    user = make_member(email="person@example.org")
    response = come(client, offered, "one", email="person@example.org", email_verified=True)
    assert response["Location"] == "/en/desk/"
    assert SocialAccount.objects.get().user == user
    stranger = Client()
    response = come(stranger, offered, "two", email="other@example.org", email_verified=True)
    assert (response.status_code, "_auth_user_id" in stranger.session) == (403, False)


def test_an_address_that_it_did_not_verify_signs_nobody_in(client, offered, make_member) -> None:
    make_member(email="person@example.org")
    response = come(client, offered, "three", email="person@example.org", email_verified=False)
    assert (response.status_code, "_auth_user_id" in client.session) == (403, False)


def test_who_says_no_there_is_led_back_to_a_plain_page(client, offered) -> None:
    page = client.post(f"{DOOR}with/else/").content.decode()
    found = re.search(r'http-equiv="refresh" content="0;url=([^"]+)"', page)
    assert found is not None
    there = html.unescape(found[1])
    answer = requests.post(there, data={"action": "deny"}, allow_redirects=False, timeout=10)
    response = client.get(answer.headers["Location"])
    assert response.status_code == 403
    assert "You stopped at Elsewhere" in response.content.decode()
