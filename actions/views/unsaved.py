"""What a form keeps of a text that is not saved, while somebody writes."""

from http import HTTPStatus

from django.http import HttpResponse, HttpResponseBadRequest
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _

from actions.models import UnsavedText
from actions.services import unsaved as service
from actions.views import keeping
from actions.views.administration import offer_on
from actions.views.entries import clock
from actions.views.members_only import READ_WRITE, WRITE, MemberRequest, everybody, member_page
from actions.views.shared_computer import is_shared


@member_page(everybody, methods=READ_WRITE)
def unsaved(request: MemberRequest) -> HttpResponse:
    """Show all that the person has not saved, whatever became of its forms, or keep more of it."""
    if request.method == "POST":
        return keep(request)
    rows = service.all_of(request.user, now=request.now)
    shown = [{"row": row, "texts": texts_of(request, row)} for row in rows]
    return TemplateResponse(request, "desk/unsaved.html", {"texts": shown})


def texts_of(request: MemberRequest, row: UnsavedText) -> list[tuple[str, str]]:
    """Return what is not saved of a form, each text with what its field is called.

    A form of the administration sends every field of a row, most of them as they are stored:
    of it only what differs is shown, by the labels and in the words of the form.
    """
    offer = offer_on(request, row.page)
    if offer is None:
        return keeping.kept_in(row.content).labelled
    return offer.typed + offer.rest


def keep(request: MemberRequest) -> HttpResponse:
    """Keep what stands in a form of the person's own, and say when; nothing on a shared computer.

    The mark of the form says which one.
    """
    kept = keeping.of_form(request)
    mark = keeping.read_mark(kept.mark)
    if mark is None:
        return HttpResponseBadRequest()
    if sum(len(value) for _name, value in kept.fields) > keeping.MOST:
        return HttpResponse(_("This text is too long."), status=HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
    if is_shared(request):
        return HttpResponse(status=HTTPStatus.NO_CONTENT)
    opened = keeping.opened_by(request)
    service.keep(
        mark.address,
        kept.fields,
        by=request.user,
        now=request.now,
        opened=opened,
        page=mark.page,
    )
    words = _("Not saved yet; your text is kept (%(time)s).") % {"time": clock(request)}
    return HttpResponse(words, content_type="text/plain; charset=utf-8")


@member_page(everybody, methods=WRITE)
def discard(request: MemberRequest) -> HttpResponse:
    """Forget what was kept of a form of the person's own, and go back to it."""
    mark = keeping.read_mark(request.POST.get(keeping.MARK, ""))
    if mark is None:
        return HttpResponseBadRequest()
    service.discard(mark.address, by=request.user)
    return redirect(mark.page)
