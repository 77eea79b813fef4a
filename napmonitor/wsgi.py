"""The WSGI entry point that gunicorn serves; it refuses a database that nothing guards."""

import os
from contextlib import suppress

from django.core.wsgi import get_wsgi_application
from django.db import DatabaseError, connection

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "napmonitor.settings")

application = get_wsgi_application()

from actions.database import require_triggers  # noqa: E402  the applications must be ready

# A database that is away for the moment is no reason: /ready/ says so, and it may come.
with suppress(DatabaseError):
    require_triggers()
connection.close()
