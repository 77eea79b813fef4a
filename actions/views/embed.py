"""The board of a plan for other sites: the one page that may stand in a frame.

It has no form, no script and no word about whoever looks: nothing can be done in it or with it.
"""

from csp.constants import NONE, SELF
from csp.decorators import csp
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.utils import timezone
from django.views.decorators.clickjacking import xframe_options_exempt

from actions import published
from actions.models import Action, Plan
from actions.views.http import public_page
from actions.views.plan import board_of, figures, legends

# Where the page may stand, and what it may load. The answer "not modified" says so too, as a
# browser puts what that says in place of what the page said.
POLICY = {
    "default-src": [NONE],
    "style-src": [SELF],
    "font-src": [SELF],
    "img-src": [SELF, "data:"],
    "form-action": [NONE],
    "base-uri": [NONE],
    "frame-ancestors": ["*"],
}


@xframe_options_exempt
@csp(POLICY)
@public_page
def board(request: HttpRequest, plan: str) -> HttpResponse:
    """Show the newest published statuses of a plan's actions by section; links lead out of it."""
    found = get_object_or_404(Plan.objects.published(), slug=plan)
    on = timezone.localdate()
    actions = list(Action.objects.of(found).valid_on(on))
    report = published.pick(published.rounds_of(found), None)
    made = board_of(found, actions, report, on)
    context = {
        "plan": found,
        "report": report,
        "is_sample": bool(report and report.is_sample),
        **made.context,
        **figures(actions, on),
        **(legends(made.tiles) if report else {}),
    }
    response = TemplateResponse(request, "actions/embed.html", context)
    response["X-Robots-Tag"] = "noindex"
    return response
