"""Addresses of the pages for readers and for members, under the language."""

from django.urls import path, re_path, register_converter

from actions.models.actions import LABEL
from actions.views import (
    actions,
    actors,
    amendments,
    assignments,
    bodies,
    calendar,
    choosing,
    circulars,
    cockpit,
    desk,
    embed,
    entries,
    entry_book,
    expected,
    exports,
    feeds,
    further,
    groups,
    letters,
    matrix,
    member_book,
    members,
    notices,
    open_sessions,
    pages,
    people,
    plan,
    plans,
    profile,
    reporting,
    resets,
    returned,
    review,
    round_management,
    rounds,
    search,
    still_true,
    unsaved,
)


class LabelConverter:
    """The number of an action in an address: 22, 22.1, 18A, A.1, I.3.2, US0113."""

    regex = LABEL

    def to_python(self, value: str) -> str:
        """Return the label."""
        return value

    def to_url(self, value: str) -> str:
        """Return the label."""
        return value


class NumberConverter:
    """The number of a section, a pillar or a goal in an address: 7."""

    regex = "[1-9][0-9]{0,4}"

    def to_python(self, value: str) -> int:
        """Return the number."""
        return int(value)

    def to_url(self, value: int) -> str:
        """Return its figures."""
        return str(value)


register_converter(LabelConverter, "label")
register_converter(NumberConverter, "number")

app_name = "actions"
urlpatterns = [
    path("", plan.home, name="home"),
    path("about/", pages.about, name="about"),
    path("method/", pages.method, name="method"),
    path("accessibility/", pages.accessibility, name="accessibility"),
    path("privacy/", pages.privacy, name="privacy"),
    path("search/", search.search, name="search"),
    path("report-error/", reporting.report, name="report-error"),
    path("plans/<slug:plan>/", plan.overview, name="plan"),
    path("plans/<slug:plan>/embed/", embed.board, name="embed"),
    path("plans/<slug:plan>/calendar.ics", calendar.feed, name="calendar"),
    path("plans/<slug:plan>/actions/", actions.action_list, name="action-list"),
    re_path(
        r"^plans/(?P<plan>[-a-zA-Z0-9_]+)/actions\.(?P<extension>json|csv|xlsx)$",
        exports.actions,
        name="action-export",
    ),
    path("plans/<slug:plan>/actions/<label:label>/", actions.action, name="action"),
    path("plans/<slug:plan>/actors/", actors.actor_list, name="actor-list"),
    path("plans/<slug:plan>/actors/<slug:slug>/", actors.actor, name="actor"),
    path("plans/<slug:plan>/actors/<slug:slug>/feed/", feeds.actor, name="actor-feed"),
    path("plans/<slug:plan>/themes/", groups.group_list, name="theme-list"),
    path("plans/<slug:plan>/themes/<slug:slug>/", groups.theme, name="theme"),
    path("plans/<slug:plan>/themes/<slug:slug>/feed/", feeds.theme, name="theme-feed"),
    path("plans/<slug:plan>/sections/<number:number>/", groups.section, name="section"),
    path("plans/<slug:plan>/pillars/<number:number>/", groups.pillar, name="pillar"),
    path("plans/<slug:plan>/sdgs/<number:number>/", groups.sdg, name="sdg"),
    path("invitation/<str:secret>/", profile.invitation, name="invitation"),
    path("desk/", desk.desk, name="desk"),
    path("desk/signed-in/", pages.signed_in, name="signed-in"),
    path("desk/unsaved/", unsaved.unsaved, name="unsaved"),
    path("desk/unsaved/discard/", unsaved.discard, name="unsaved-discard"),
    path("desk/profile/", profile.profile, name="profile"),
    path("desk/sessions/", open_sessions.open_sessions, name="open-sessions"),
    path("desk/assignments/", assignments.who_does_what, name="assignments"),
    path("desk/members/", members.members, name="members"),
    path("desk/members/<int:key>/remove/", members.remove, name="member-remove"),
    path("desk/members/<int:key>/hand-over/", members.hand_over, name="member-hand-over"),
    path("desk/invitations/<int:key>/withdraw/", members.withdraw, name="invitation-withdraw"),
    path("desk/actors/<int:key>/submitting/", members.submitting, name="actor-submitting"),
    path("secretariat/members/", people.all_members, name="all-members"),
    path("secretariat/members/import/", member_book.members_import, name="members-import"),
    path(
        "secretariat/members/template.xlsx", member_book.members_template, name="members-template"
    ),
    path("secretariat/members/<int:key>/role/", people.role, name="member-role"),
    path("secretariat/people/<int:key>/deactivate/", people.deactivate, name="person-deactivate"),
    path("secretariat/people/<int:key>/reactivate/", people.reactivate, name="person-reactivate"),
    path("secretariat/people/<int:key>/erase/", people.erase, name="person-erase"),
    path("desk/entries/<int:key>/", entries.entry, name="entry"),
    path("desk/entries/<int:key>/withdraw/", entries.withdraw, name="entry-withdraw"),
    path("desk/entries/<int:key>/reopen/", entries.reopen, name="entry-reopen"),
    path("desk/entries/<int:key>/versions/<int:number>/", entries.version, name="entry-version"),
    path("desk/start/<int:key>/<int:responsibility>/", entries.start, name="entry-start"),
    path("desk/rounds/<slug:plan>/<int:year>/", rounds.show_round_status, name="round-status"),
    path(
        "desk/rounds/<slug:plan>/<int:year>/actions/<label:label>/",
        rounds.show_action_status,
        name="action-status",
    ),
    path(
        "desk/rounds/<slug:plan>/<int:year>/still-true/",
        still_true.still_true,
        name="still-true",
    ),
    path(
        "desk/rounds/<slug:plan>/<int:year>/actors/<slug:slug>/workbook/",
        entry_book.entry_book,
        name="entry-book",
    ),
    path(
        "desk/rounds/<slug:plan>/<int:year>/actors/<slug:slug>/entries.xlsx",
        entry_book.download,
        name="entry-book-file",
    ),
    path("secretariat/", cockpit.cockpit, name="secretariat"),
    path("secretariat/rounds/", round_management.round_list, name="rounds"),
    path("secretariat/rounds/new/", round_management.round_new, name="round-new"),
    path("secretariat/rounds/<int:pk>/", round_management.manage, name="round"),
    path("secretariat/rounds/<int:pk>/open/", round_management.open_round, name="round-open"),
    path("secretariat/rounds/<int:pk>/close/", round_management.close_round, name="round-close"),
    path("secretariat/rounds/<int:pk>/reopen/", round_management.reopen_round, name="round-reopen"),
    path("secretariat/rounds/<int:pk>/update/", round_management.update_round, name="round-update"),
    path("secretariat/rounds/<int:pk>/extend/", round_management.extend, name="round-extend"),
    path(
        "secretariat/rounds/<int:pk>/extend/several/",
        choosing.extend_several,
        name="round-extend-several",
    ),
    path("secretariat/rounds/<int:pk>/chosen/", choosing.choose, name="round-chosen"),
    path("secretariat/rounds/<int:pk>/further/", further.further, name="round-further"),
    path("secretariat/rounds/<int:pk>/passed/", further.passed, name="round-passed"),
    path("secretariat/entries/<int:key>/settle/", further.settle_passed, name="entry-settle"),
    path(
        "secretariat/rounds/<int:pk>/overrides/<label:label>/",
        round_management.override,
        name="override",
    ),
    path("secretariat/rounds/<int:pk>/expected/", expected.expected_entries, name="round-expected"),
    path("secretariat/rounds/<int:pk>/matrix/", matrix.show, name="round-matrix"),
    re_path(
        r"^secretariat/rounds/(?P<pk>[0-9]+)/matrix\.(?P<extension>csv|xlsx)$",
        matrix.download,
        name="matrix-file",
    ),
    path("secretariat/plans/<slug:plan>/years/", matrix.years, name="years"),
    path("secretariat/rounds/<int:pk>/write/", circulars.write, name="round-write"),
    path("secretariat/rounds/<int:pk>/owed/", expected.moved, name="round-expected-before"),
    path("secretariat/actors/", bodies.body_list, name="bodies"),
    path("secretariat/actors/<slug:slug>/name/", bodies.rename, name="body-rename"),
    path("secretariat/actors/<slug:slug>/successor/", bodies.successor, name="body-successor"),
    path("secretariat/actors/changes/<int:key>/undo/", bodies.undo, name="body-undo"),
    path("secretariat/plan/", amendments.plan_list, name="amendments"),
    path("secretariat/plan/<slug:plan>/amend/", amendments.start, name="amendment-start"),
    path("secretariat/plan/<slug:plan>/document/", amendments.document, name="plan-document"),
    path(
        "secretariat/plan/<slug:plan>/actions/<label:label>/text/",
        amendments.promise,
        name="action-promise",
    ),
    path("secretariat/plan/amendments/<int:key>/", amendments.amendment, name="amendment"),
    path(
        "secretariat/plan/amendments/<int:key>/change/<label:label>/",
        amendments.change,
        name="amendment-change",
    ),
    path("secretariat/plan/amendments/<int:key>/add/", amendments.add, name="amendment-add"),
    path(
        "secretariat/plan/amendments/<int:key>/lines/<int:line>/",
        amendments.added,
        name="amendment-added",
    ),
    path(
        "secretariat/plan/amendments/<int:key>/lines/<int:line>/drop/",
        amendments.drop,
        name="amendment-drop",
    ),
    path(
        "secretariat/plan/amendments/<int:key>/lines/<int:line>/page/",
        amendments.page,
        name="amendment-page",
    ),
    path(
        "secretariat/plan/amendments/<int:key>/preview/",
        amendments.preview,
        name="amendment-preview",
    ),
    path(
        "secretariat/plan/amendments/<int:key>/discard/",
        amendments.discard,
        name="amendment-discard",
    ),
    path("secretariat/plan/amendments/<int:key>/undo/", amendments.undo, name="amendment-undo"),
    path("secretariat/plans/", plans.plan_list, name="plans"),
    path("secretariat/plans/new/", plans.plan_new, name="plan-new"),
    path("secretariat/plans/import/", plans.plan_import, name="plan-import"),
    path("secretariat/plans/template.xlsx", plans.template, name="plan-template"),
    path("secretariat/plans/draft/<slug:plan>/", plans.draft, name="plan-draft"),
    path("secretariat/plans/draft/<slug:plan>/publish/", plans.publish, name="plan-publish"),
    path("secretariat/plans/draft/<slug:plan>/discard/", plans.discard, name="plan-discard"),
    path("secretariat/plans/<slug:plan>.xlsx", plans.workbook, name="plan-workbook"),
    path("secretariat/review/", review.queue, name="review-queue"),
    path("secretariat/review/<int:key>/", review.review, name="review"),
    path("secretariat/returned/", returned.failed_addresses, name="returned"),
    path("secretariat/returned/<int:key>/settle/", returned.settle, name="returned-settle"),
    path("secretariat/people/<int:key>/reset-factor/", resets.propose, name="person-reset"),
    path("secretariat/resets/", resets.reset_list, name="resets"),
    path("secretariat/resets/<int:key>/", resets.reset, name="reset"),
    path("secretariat/errors/", notices.notice_list, name="errors"),
    path("secretariat/errors/<int:key>/", notices.notice, name="error"),
    path("secretariat/letters/", letters.letter_list, name="letters"),
    path("secretariat/letters/<int:pk>/again/", letters.send_again, name="letter-again"),
]
