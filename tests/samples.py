"""The sample rounds, as ``make run`` loads them."""

from io import StringIO

from django.core.management import call_command
from django.test.utils import override_settings


def build() -> None:
    """Store the sample accounts and both sample rounds."""
    with override_settings(DEBUG=True):
        call_command("sample_accounts", stdout=StringIO())
        call_command("load_sample", stdout=StringIO())
