"""Addresses of reports, under the language."""

from django.urls import include, path

from reports.views import (
    approval,
    comments,
    covering,
    documents,
    dossier,
    drafts,
    editing,
    evaluations,
    open_data,
    points,
    translation_files,
    translations,
    year,
)

app_name = "reports"
urlpatterns = [
    path("data/", open_data.open_data, name="open-data"),
    path("plans/<slug:plan>/reports/", include("reports.archive_urls")),
    path("plans/<slug:plan>/dossier/", dossier.dossier, name="dossier"),
    path("secretariat/evaluations/", evaluations.evaluations, name="evaluations"),
    path(
        "secretariat/evaluations/<int:key>/remove/",
        evaluations.remove,
        name="evaluation-remove",
    ),
    path(
        "secretariat/evaluations/<int:key>/advice/<int:number>/",
        evaluations.advice,
        name="advice",
    ),
    path(
        "secretariat/evaluations/<int:key>/advice/<int:number>/remove/",
        evaluations.advice_remove,
        name="advice-remove",
    ),
    path("secretariat/rounds/<int:key>/points/", points.points, name="points"),
    path("secretariat/rounds/<int:key>/points.docx", points.points_file, name="points-file"),
    path("secretariat/rounds/<int:key>/points/<int:number>/", points.point, name="point"),
    path("secretariat/rounds/<int:key>/steps/", year.steps, name="steps"),
    path("secretariat/reports/<int:key>/", editing.overview, name="editing"),
    path("secretariat/reports/<int:key>/freeze/", editing.freeze, name="freeze"),
    path("secretariat/reports/<int:key>/consultation/", editing.consultation, name="consultation"),
    path(
        "secretariat/reports/<int:key>/chapters/<slug:kind>/<int:number>/",
        editing.chapter,
        name="chapter",
    ),
    path(
        "secretariat/reports/<int:key>/chapters/<int:number>/remove/",
        editing.chapter_delete,
        name="chapter-delete",
    ),
    path(
        "secretariat/reports/<int:key>/translations/",
        translations.translations,
        name="translations",
    ),
    path(
        "secretariat/reports/<int:key>/translations/<slug:language>/",
        translation_files.upload,
        name="translations-upload",
    ),
    path(
        "secretariat/reports/<int:key>/translations/<slug:language>.xlsx",
        translation_files.spreadsheet_file,
        name="translations-xlsx",
    ),
    path(
        "secretariat/reports/<int:key>/translations/<slug:language>/<slug:source>.xlf",
        translation_files.xliff_file,
        name="translations-xliff",
    ),
    path(
        "secretariat/translations/<int:key>/<slug:field>/<slug:language>/",
        translations.translate,
        name="translate",
    ),
    path("secretariat/comments/<int:key>/", comments.answer, name="answer"),
    path("secretariat/editions/<int:key>/files/", editing.files, name="files"),
    path("secretariat/editions/<int:key>/progress/", editing.progress, name="progress"),
    path("secretariat/editions/<int:key>/publish/", editing.publish, name="publish"),
    path("secretariat/editions/<int:key>/discard/", editing.discard, name="discard"),
    path("secretariat/editions/<int:key>/withdraw/", editing.withdraw, name="withdraw"),
    path("secretariat/editions/<int:key>/transmissions/", editing.transmit, name="transmit"),
    path("secretariat/editions/<int:key>/letters/", covering.letters, name="letters"),
    path("secretariat/editions/<int:key>/letters/<int:recipient>/", covering.letter, name="letter"),
    path(
        "secretariat/editions/<int:key>/letters/<int:recipient>/sent/",
        covering.letter_sent,
        name="letter-sent",
    ),
    path(
        "secretariat/editions/<int:key>/letters/<int:recipient>/letter.docx",
        covering.letter_file,
        name="letter-file",
    ),
    path("secretariat/recipients/<slug:plan>/", covering.recipients, name="recipients"),
    path("secretariat/recipients/<slug:plan>/<int:key>/", covering.recipient, name="recipient"),
    path(
        "secretariat/recipients/<slug:plan>/<int:key>/remove/",
        covering.recipient_remove,
        name="recipient-remove",
    ),
    path("secretariat/transmissions/<int:key>/strike/", editing.strike, name="strike"),
    path(
        "secretariat/editions/<int:key>/files/<slug:name>/<slug:language>/",
        drafts.frozen_file,
        name="frozen-file",
    ),
    path("desk/rounds/<slug:plan>/<round:year>/draft/", drafts.draft, name="draft"),
    path(
        "desk/rounds/<slug:plan>/<round:year>/draft/<slug:name>/",
        drafts.draft_file,
        name="draft-file",
    ),
    path("desk/rounds/<slug:plan>/<int:year>/approval/", approval.approval, name="approval"),
    path("desk/documents/<slug:key>/", documents.own, name="document"),
]
