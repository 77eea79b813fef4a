"""The page on which people see where they are signed in, and end that."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.signals import user_logged_in
from django.dispatch import receiver
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext as _

from actions.services import accounts
from actions.services import open_sessions as service
from actions.views.confirming import require_fresh
from actions.views.members_only import READ_WRITE, MemberRequest, anybody, member_page
from actions.views.sign_in_log import logger


@member_page(anybody, methods=READ_WRITE, needs_role=False)
def open_sessions(request: MemberRequest) -> HttpResponse:
    """List the open sessions of a person; end one, or all but this one."""
    here = request.session.session_key or ""
    if request.method == "POST":
        require_fresh(request)
        end(request, here)
        return redirect("actions:open-sessions")
    rows = service.of(request.user, here=here, now=request.now)
    return TemplateResponse(request, "desk/open_sessions.html", {"rows": rows})


def end(request: MemberRequest, here: str) -> None:
    """End what the form names."""
    user = request.user
    if "others" in request.POST:
        accounts.end_sessions(user, but=here)
        messages.success(request, _("You are signed out everywhere else."))
        logger.info("account %s ended its other sessions", user.pk)
        return
    service.end(user, request.POST.get("session", ""), here=here, now=request.now)
    messages.success(request, _("That session has ended."))
    logger.info("account %s ended a session", user.pk)


@receiver(user_logged_in)
def note_device(request: HttpRequest, **_more: Any) -> None:
    """Remember when a session began and in which browser, for its owner to know it again."""
    agent = request.META.get("HTTP_USER_AGENT", "")
    request.session[service.OPENED] = service.opened(agent, now=timezone.now())
