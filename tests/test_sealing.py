"""Secrets of second factors: sealed in the database, readable after SECRET_KEY was changed."""

from importlib import import_module
from io import StringIO
from types import SimpleNamespace

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP
from django.apps import apps
from django.conf import settings
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import Client
from django.test.utils import override_settings

from actions import sealing
from actions.models import User
from actions.services import factors
from tests.conftest import add_second_factor, totp_code
from tests.signing_in import enter

pytestmark = [pytest.mark.django_db, pytest.mark.postgresql]

NEW = "another made-up key of some sixty letters, for these tests only"
MEMBERS, BY_APP = "/en/secretariat/members/", "/en/account/confirm/code/"


def raw(kind: str, name: str) -> str:
    return Authenticator.objects.get(type=kind).data[name]


def is_taken(user: User, code: str) -> bool:
    """Tell whether a code shows the second factor of somebody, on the page that asks for it."""
    client = enter(Client(), user, with_factor=False)
    client.post(BY_APP, {"code": code, "next": MEMBERS})
    return client.get(MEMBERS).status_code == 200


def test_who_reads_the_database_gets_no_secret_of_a_factor(office) -> None:
    secret = add_second_factor(office)
    codes = RecoveryCodes.activate(office)
    seed = sealing.unseal(raw("recovery_codes", "seed"))
    rows = str(list(Authenticator.objects.values()))
    assert secret not in rows
    assert seed not in rows
    assert raw("totp", "secret").startswith("sealed:")
    assert is_taken(office, codes.get_unused_codes()[0])


def test_a_new_key_reads_what_the_old_one_sealed_and_seals_it_anew(office) -> None:
    secret = add_second_factor(office)
    before = raw("totp", "secret")
    with override_settings(SECRET_KEY=NEW, SECRET_KEY_FALLBACKS=[settings.SECRET_KEY]):
        assert is_taken(office, totp_code(secret))
        out = StringIO()
        call_command("seal_factors", stdout=out)
        assert out.getvalue() == "Secrets of second factors sealed: 1.\n"
    with override_settings(SECRET_KEY=NEW):
        assert raw("totp", "secret") != before
        assert factors.look() == factors.Found(1, [])
        assert sealing.unseal(raw("totp", "secret")) == secret


def test_what_an_earlier_version_sealed_is_read_and_sealed_anew_in_todays_way(office) -> None:
    secret = add_second_factor(office)
    by_fernet = sealing.SEALED + sealing.before().encrypt(secret.encode()).decode()
    Authenticator.objects.update(data={"secret": by_fernet})
    assert is_taken(office, totp_code(secret))
    call_command("seal_factors", stdout=StringIO())
    assert raw("totp", "secret").startswith("sealed:gcm_")
    assert sealing.unseal(raw("totp", "secret")) == secret


def test_what_is_sealed_cannot_be_changed_unseen() -> None:
    stored = sealing.seal("secret")
    assert stored != sealing.seal("secret")
    for place in (len("sealed:gcm_"), len(stored) - 6):
        other = "A" if stored[place] != "A" else "B"
        with pytest.raises(sealing.UnreadableError):
            sealing.unseal(stored[:place] + other + stored[place + 1 :])
    for torn in ("sealed:", "sealed:gcm_", "sealed:gcm_x", stored[:-9]):
        with pytest.raises(sealing.UnreadableError):
            sealing.unseal(torn)


def test_without_the_key_a_code_is_not_right_and_the_command_says_what_to_do(office) -> None:
    secret = add_second_factor(office)
    with override_settings(SECRET_KEY=NEW):
        assert not is_taken(office, totp_code(secret))
        assert enter(Client(), office).get("/en/account/second-factor/").status_code == 200
        with pytest.raises(CommandError, match="of 1 people cannot be read with this SECRET_KEY"):
            call_command("seal_factors", stdout=StringIO())
    assert is_taken(office, totp_code(secret))  # of this half minute


def test_the_migration_seals_what_stood_in_the_clear_and_opens_it_again(office) -> None:
    secret = add_second_factor(office)
    Authenticator.objects.update(data={"secret": secret})
    migration = import_module("actions.migrations.0022_sealed_factors")
    editor = SimpleNamespace(connection=connection)
    for _turn in range(2):
        migration.forwards(apps, editor)
        assert raw("totp", "secret").startswith("sealed:")
        assert TOTP(Authenticator.objects.get()).validate_code(totp_code(secret)) or _turn
    migration.backwards(apps, editor)
    assert raw("totp", "secret") == secret
