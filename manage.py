#!/usr/bin/env python
"""Entry point of Django's command line for napmonitor."""

import os
import sys


def main() -> None:
    """Run one management command with the project's settings.

    Where these are not safe to start with, one sentence says why.
    """
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "napmonitor.settings")
    from django.conf import settings
    from django.core.exceptions import ImproperlyConfigured
    from django.core.management import execute_from_command_line

    try:
        _ = settings.DEBUG
    except ImproperlyConfigured as error:
        sys.exit(str(error))
    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
