"""Addresses of reports, under the language."""

from django.urls import include, path

from reports.views import dossier, drafts, translations, workshop

app_name = "reports"
urlpatterns = [
    path("plans/<slug:plan>/reports/", include("reports.archive_urls")),
    path("plans/<slug:plan>/dossier/", dossier.dossier, name="dossier"),
    path("secretariat/reports/<int:key>/", workshop.workshop, name="workshop"),
    path("secretariat/reports/<int:key>/freeze/", workshop.freeze, name="freeze"),
    path("secretariat/reports/<int:key>/consultation/", workshop.consultation, name="consultation"),
    path(
        "secretariat/reports/<int:key>/chapters/<slug:kind>/<int:number>/",
        workshop.chapter,
        name="chapter",
    ),
    path(
        "secretariat/reports/<int:key>/chapters/<int:number>/remove/",
        workshop.chapter_delete,
        name="chapter-delete",
    ),
    path(
        "secretariat/reports/<int:key>/translations/",
        translations.translations,
        name="translations",
    ),
    path(
        "secretariat/translations/<int:key>/<slug:field>/<slug:language>/",
        translations.translate,
        name="translate",
    ),
    path("secretariat/editions/<int:key>/files/", workshop.files, name="files"),
    path("secretariat/editions/<int:key>/publish/", workshop.publish, name="publish"),
    path("secretariat/editions/<int:key>/discard/", workshop.discard, name="discard"),
    path("secretariat/editions/<int:key>/withdraw/", workshop.withdraw, name="withdraw"),
    path("secretariat/editions/<int:key>/transmissions/", workshop.transmit, name="transmit"),
    path(
        "secretariat/editions/<int:key>/files/<slug:name>/<slug:language>/",
        drafts.frozen_file,
        name="frozen-file",
    ),
    path("desk/rounds/<slug:plan>/<int:year>/draft/", drafts.draft, name="draft"),
    path(
        "desk/rounds/<slug:plan>/<int:year>/draft/<slug:name>/",
        drafts.draft_file,
        name="draft-file",
    ),
]
