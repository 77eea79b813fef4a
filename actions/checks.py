"""What is checked of the settings when the application starts."""

from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Warning, register  # noqa: A004


@register()
def site_address(**_: Any) -> list[CheckMessage]:
    """Warn where letters would have links that lead nowhere."""
    if settings.SITE_URL.startswith(("https://", "http://")):
        return []
    return [
        Warning(
            "SITE_URL is not set: the links in letters lead nowhere.",
            hint="Set SITE_URL to the address of the site, such as https://napmonitor.example.",
            id="actions.W001",
        )
    ]
