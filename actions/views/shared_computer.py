"""Whether somebody said at sign-in that others use the computer too."""

from typing import Any

NAME = "shared_computer"


def note(request: Any) -> None:
    """Remember, through the steps of signing in, that it was ticked at one of them."""
    if request.method == "POST" and request.POST.get(NAME) == "on":
        request.session[NAME] = True


def is_shared(request: Any) -> bool:
    """Tell whether nothing may stay on this computer, or be kept from it."""
    return bool(request.session.get(NAME))


def end_with_browser(request: Any) -> None:
    """Let a session that has just begun on a shared computer end with the browser."""
    if is_shared(request):
        request.session.set_expiry(0)
