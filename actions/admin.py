"""The secretariat's administration of plans, actors and accounts."""

import hashlib
from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.utils import unquote
from django.contrib.admin.widgets import AutocompleteSelect
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, models, transaction
from django.db.models import ProtectedError, QuerySet
from django.forms.models import _get_foreign_key
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _
from simple_history.admin import SimpleHistoryAdmin

from actions import typography
from actions.forms.administration import (
    CODES,
    ActionForm,
    LanguagesField,
    LineField,
    ResponsibilityForm,
    ThemeForm,
    speak_as_source,
)
from actions.forms.plan import LinesField
from actions.forms.texts import TidyField, taken_out
from actions.models import (
    Action,
    ActionFlag,
    ActionTheme,
    Actor,
    ActorAlias,
    ActorName,
    Classification,
    Contact,
    FormerWording,
    Plan,
    Responsibility,
    Section,
    Source,
    Succession,
    Theme,
    User,
)
from actions.rules.search import fold
from actions.services import plan as service
from actions.services.seen import CHANGED, CHANGED_YOURSELF, changed_by, digest
from actions.templatetags.own_form import here
from actions.views.administration import refuse_outdated, with_rest, with_unsaved

admin.site.site_header = _("NAP monitor – secretariat")
admin.site.site_title = _("NAP monitor – secretariat")
admin.site.index_title = _("Plans and actors")
admin.site.site_url = "/"
admin.site.index_template = "administration/index.html"

LANGUAGES = ("en", "fr", "nl", "de")
LONG_LINE = 200  # characters that a narrow field would show in part only
SAVED_NOW = _("Nothing was saved. Where your text differs, this is what is saved now:")
REFUSED = _("The database refuses this: other records depend on it.")
FIELDS: Any = {
    models.TextField: {
        "form_class": TidyField,
        "widget": forms.Textarea(attrs={"rows": 3, "cols": 60}),
    },
    models.CharField: {"form_class": TidyField},
    # Kinds of lines with a field of their own.
    models.SlugField: {},
    models.EmailField: {},
    models.URLField: {"assume_scheme": "https"},
    models.JSONField: {"form_class": LinesField},
}


def per_language(*names: str) -> list[str]:
    """Return the columns of these texts, language by language."""
    return [f"{name}_{language}" for name in names for language in LANGUAGES]


def author(request: HttpRequest) -> User:
    """Return who is signed in; the administration lets nobody else in."""
    if not isinstance(request.user, User):
        raise PermissionDenied
    return request.user


def refuse(words: str) -> Callable[[Any], None]:
    """Return a form's ``clean`` that refuses whatever was typed, in these words."""

    def clean(_form: Any) -> None:
        raise ValidationError(words)

    return clean


def name_as_stored(page: Any, row: models.Model | None) -> None:
    """Let the head of a page name a row as it is stored, not as its form would change it."""
    context = getattr(page, "context_data", None) or {}
    if row is not None and "adminform" in context:
        context |= {"original": row, "subtitle": str(row)}


def columns_of(row: models.Model) -> list[str]:
    """Return the names of a row's columns."""
    return [field.attname for field in row._meta.concrete_fields]  # noqa: SLF001


def tell_what_stands(user: Any) -> Callable[[Any], None]:
    """Return a form's ``clean`` that refuses what somebody typed who was not the quickest.

    It says what is stored where that differs.
    """

    def clean(form: Any) -> None:
        stored = [
            f"{form.fields[name].label}{typography.sign(':')} {form.initial.get(name) or '–'}"
            for name in form.changed_data
        ]
        who = CHANGED_YOURSELF if changed_by(form.instance, user) else CHANGED
        raise ValidationError([f"{who} {SAVED_NOW}", *stored])

    return clean


class Spoken:
    """Marks each field for a text with its language, and lets it take a text however long."""

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **more: Any) -> Any:
        """Return the field of a column."""
        made = super().formfield_for_dbfield(db_field, request, **more)  # type: ignore[misc]
        _name, _sign, code = db_field.name.rpartition("_")
        if made is not None:
            made.widget.attrs.pop("maxlength", None)  # it would cut off what is pasted, unsaid
        if made is not None and code in LANGUAGES:
            made.widget.attrs["lang"] = code
        return made


class Chosen:
    """Offers languages to choose, and shows a long line in full."""

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **more: Any) -> Any:
        """Return the field of a column."""
        given = {
            "label": capfirst(db_field.verbose_name),
            "required": not db_field.blank,
            "help_text": db_field.help_text,
        }
        if db_field.name in {"official_languages", "working_languages"}:
            return LanguagesField(**given | {"help_text": ""})
        if db_field.name in {"language", "commitment_language"}:
            none = [("", "–")] if db_field.blank else []
            return forms.ChoiceField(choices=[*none, *CODES], **given)
        length = getattr(db_field, "max_length", 0) or 0
        is_line = type(db_field) is models.CharField and not db_field.choices
        if is_line and length >= LONG_LINE:
            return LineField(max_length=length, **given)
        return super().formfield_for_dbfield(db_field, request, **more)  # type: ignore[misc]


class OfSource(forms.ModelForm):
    """A form of which what is quoted from a document is in that document's language."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        speak_as_source(self)


class Placed:
    """Gives a row its place by its neighbour."""

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:  # noqa: FBT001
        """Store the row in its place."""
        if not change or "after" in form.changed_data:
            service.place(obj, form.beside, form.index, by=author(request))
        super().save_model(request, obj, form, change)  # type: ignore[misc]


class Acts:
    """Leads from a row to the guided steps that change it for readers."""

    change_form_template = "administration/with_acts.html"

    def acts(self, row: Any) -> list[tuple[Any, str]]:
        """Return what each step is called and where it is."""
        raise NotImplementedError

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **more: Any
    ) -> HttpResponse:
        """Show the form with the steps above it."""
        row = context.get("original")
        found = {"acts": self.acts(row) if row is not None else []}
        return super().render_change_form(request, context | found, *args, **more)  # type: ignore[misc]


class ByService:
    """Writes through the service, so that each change is checked, signed and kept in history."""

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:  # noqa: ARG002, FBT001
        """Store the row; also from the page of an old version, which asks for less by itself."""
        site: Any = self
        if not (
            site.has_change_permission(request, obj) if change else site.has_add_permission(request)
        ):
            raise PermissionDenied
        service.save(obj, by=author(request))

    def delete_model(self, request: HttpRequest, obj: Any) -> None:
        """Remove the row."""
        service.delete(obj, by=author(request))

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet) -> None:
        """Remove several rows, one by one."""
        for obj in queryset:
            service.delete(obj, by=author(request))

    def save_formset(self, request: HttpRequest, form: Any, formset: Any, change: bool) -> None:  # noqa: ARG002, FBT001
        """Store the rows that hang under another one."""
        formset.save(commit=False)
        for obj in formset.deleted_objects:
            service.delete(obj, by=author(request))
        for obj in [*formset.new_objects, *(row for row, _fields in formset.changed_objects)]:
            service.save(obj, by=author(request))


class DataAdmin(ByService, Spoken, Chosen, SimpleHistoryAdmin):
    """What the pages of all plan data share."""

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """Show the form again, with what was typed, where the service or the database refuses.

        Rows below may clash with one another, and somebody else may have been quicker:
        neither can be seen before the rows are stored. What somebody has not saved is put into
        it, or offered.
        """
        form_url, context = form_url or here(request), extra_context or {}

        @transaction.atomic
        def show(asked: HttpRequest) -> HttpResponse:
            return self.changed_form(asked, object_id, form_url, context)

        if request.method != "POST":
            writes = self.has_change_permission if object_id else self.has_add_permission
            return with_unsaved(request, show) if writes(request) else show(request)
        try:
            return show(request)
        except ValidationError as error:
            refusal = " ".join(error.messages)
        except (IntegrityError, ProtectedError):
            refusal = str(REFUSED)
        request.refusal = refusal  # type: ignore[attr-defined]
        return super().changeform_view(request, object_id, form_url, context)

    def changed_form(
        self, request: HttpRequest, object_id: str | None, form_url: str, context: dict[str, Any]
    ) -> HttpResponse:
        """Show or store a form; where somebody else was quicker that is told, nothing stored."""
        writes = request.method == "POST"
        if writes and object_id:
            rows = self.model._base_manager.select_for_update()  # noqa: SLF001
            rows.filter(pk=unquote(object_id).replace("\0", "")).first()
        there = self.get_object(request, unquote(object_id)) if object_id else None
        seen = self.said(there) if there else ""
        if writes and there and request.POST.get("seen", seen) != seen:
            request.is_late = True  # type: ignore[attr-defined]
        page = super().changeform_view(request, object_id, form_url, context | {"seen": seen})
        page.is_late = getattr(request, "is_late", False)
        name_as_stored(page, there)
        return with_rest(request, page) if writes else page

    def said(self, row: Any) -> str:
        """Return a digest of what a row says, and the rows that hang under it."""
        hanging = [
            below
            for inline in self.inlines
            for below in inline.model._base_manager.filter(  # noqa: SLF001
                **{_get_foreign_key(self.model, inline.model, inline.fk_name).name: row}
            ).order_by("pk")
        ]
        digests = [digest(one, columns_of(one)) for one in (row, *hanging)]
        return hashlib.sha256("".join(digests).encode()).hexdigest()[:32]

    def construct_change_message(
        self,
        request: HttpRequest,
        form: Any,
        formsets: Any,
        add: bool = False,  # noqa: FBT001, FBT002
    ) -> Any:
        """Say on the next page what of a paste could not be kept; return what the log says."""
        rows = [row for formset in formsets or () for row in formset.forms]
        for one in (form, *rows):
            for words in taken_out(one):
                messages.warning(request, words)
        return super().construct_change_message(request, form, formsets, add)

    def history_form_view(
        self,
        request: HttpRequest,
        object_id: str,
        version_id: str,
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """Show an old version; bringing it back asks for the right to change the row."""
        if request.method != "GET" and not self.has_change_permission(request):
            raise PermissionDenied
        context = {"form_url": here(request)} | (extra_context or {})

        def show(asked: HttpRequest) -> HttpResponse:
            return super(DataAdmin, self).history_form_view(asked, object_id, version_id, context)

        if request.method == "POST":
            return with_rest(request, show(request))
        writes = self.has_change_permission(request)
        return with_unsaved(request, show) if writes else show(request)

    def render_history_view(
        self, request: HttpRequest, template: str, context: dict[str, Any], **more: Any
    ) -> HttpResponse:
        """Answer with a page that is not written out yet, as the other pages of rows do."""
        return TemplateResponse(request, template, context, **more)

    def get_form(self, request: HttpRequest, obj: Any = None, **options: Any) -> Any:
        """Return the form; it carries the refusal of a first try to store it."""
        form = super().get_form(request, obj, **options)
        if getattr(request, "is_late", False):
            return type(form.__name__, (form,), {"clean": tell_what_stands(request.user)})
        if request.method == "POST" and not hasattr(request, "is_only_shown"):
            form = refuse_outdated(request, form)
        refusal = "–" if hasattr(request, "is_only_shown") else getattr(request, "refusal", None)
        return form if refusal is None else type(form.__name__, (form,), {"clean": refuse(refusal)})

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet, search_term: str
    ) -> tuple[QuerySet, bool]:
        """Leave out a character that PostgreSQL cannot even compare with."""
        return super().get_search_results(request, queryset, search_term.replace("\x00", ""))

    change_form_template = "administration/change_form.html"
    object_history_form_template = "administration/history_form.html"
    list_per_page = 50

    class Media:
        css = {"all": ["css/administration-wide.css"]}

    formfield_overrides = FIELDS
    save_on_top = True
    show_full_result_count = False


class Inline(Spoken, Chosen, admin.StackedInline):
    """Rows that hang under another one."""

    form = OfSource
    extra = 0
    formfield_overrides = FIELDS

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        """Return the rows with the document that they are quoted from."""
        rows: QuerySet = super().get_queryset(request)
        names = {field.name for field in self.model._meta.get_fields()}  # noqa: SLF001
        return rows.select_related("source") if "source" in names else rows


@admin.register(Source)
class SourceAdmin(DataAdmin):
    """Documents that facts come from."""

    list_display = ["key", "title", "language", "is_confirmed"]
    list_filter = ["language", "is_confirmed"]
    search_fields = ["key", "title", "url"]


class ContactInline(Inline):
    """Whom members of a plan ask."""

    model = Contact


@admin.register(Plan)
class PlanAdmin(Acts, DataAdmin):
    """Plans."""

    inlines = [ContactInline]
    list_display = ["slug", "shown_title", "adopted_on", "valid_from", "valid_to", "is_published"]
    list_display_links = ["slug", "shown_title"]
    search_fields = ["slug", *per_language("title")]
    autocomplete_fields = ["source"]

    @admin.display(description=_("title"), ordering="slug")
    def shown_title(self, plan: Plan) -> str:
        """Return the title in the language of the page."""
        return plan.title

    def acts(self, row: Plan) -> list[tuple[Any, str]]:
        """Return the steps of a plan: publish or remove a draft, carry it out."""
        found = [(_("Workbook (.xlsx)"), reverse("actions:plan-workbook", args=[row.slug]))]
        if row.is_published:
            return found
        return [(_("Publish …"), reverse("actions:plan-draft", args=[row.slug])), *found]


@admin.register(Section)
class SectionAdmin(DataAdmin):
    """Sections of plans."""

    list_display = ["shown", "shown_title", "plan"]
    list_display_links = ["shown", "shown_title"]
    list_filter = ["plan"]
    list_select_related = ["plan"]
    search_fields = ["=number", "=label", *per_language("title", "short")]
    autocomplete_fields = ["plan", "source"]

    @admin.display(description=_("number"), ordering="number")
    def shown(self, section: Section) -> str:
        """Return what readers see as its number."""
        return section.shown

    @admin.display(description=_("title"), ordering="number")
    def shown_title(self, section: Section) -> str:
        """Return the title in the language of the page."""
        return section.title


class ResponsibilityInline(Inline):
    """The actors under an action."""

    model = Responsibility
    fk_name = "action"
    exclude = ["position"]  # new ones come last; the page of a responsibility moves them
    autocomplete_fields = ["actor", "reports_through", "source"]
    classes = ["collapse"]


class ActionThemeInline(Inline):
    """The themes of an action."""

    model = ActionTheme
    autocomplete_fields = ["theme", "source"]
    classes = ["collapse"]


class ClassificationInline(Spoken, Chosen, admin.TabularInline):
    """The goals and pillars of an action."""

    model = Classification
    extra = 0
    autocomplete_fields = ["source"]
    classes = ["collapse"]


class ActionFlagInline(Inline):
    """What is odd about an action in its source."""

    model = ActionFlag
    classes = ["collapse"]


class FormerWordingInline(Inline):
    """What an action said before it was amended."""

    model = FormerWording
    autocomplete_fields = ["source"]
    classes = ["collapse"]


@admin.register(Action)
class ActionAdmin(Placed, DataAdmin):
    """Actions with their actors, themes, classifications and oddities."""

    form = ActionForm

    def get_form(self, request: HttpRequest, obj: Any = None, **options: Any) -> Any:
        """Return the form; the neighbour is looked up while typing, as an action above is."""
        made = super().get_form(request, obj, **options)
        if "after" in made.base_fields:
            column = Action._meta.get_field("parent")  # noqa: SLF001
            made.base_fields["after"].widget = AutocompleteSelect(column, self.admin_site)
        return made

    list_display = ["label", "shown_title", "section_number", "nature", "period_text", "period_end"]
    list_display_links = ["label", "shown_title"]
    list_filter = ["plan", "nature", "period_kind", "flags__code", "section"]
    list_select_related = ["plan", "section"]
    search_fields = ["label", "search_text"]
    autocomplete_fields = ["plan", "section", "parent", "title_source", "promise_source"]
    inlines = [
        ResponsibilityInline,
        ActionThemeInline,
        ClassificationInline,
        ActionFlagInline,
        FormerWordingInline,
    ]
    fieldsets = [
        (
            None,
            {"fields": ["plan", "section", "parent", "after", "label", "heading_label"]},
        ),
        (
            _("Titles"),
            {
                "fields": [
                    *per_language("title"),
                    "official_languages",
                    "title_source",
                    "title_source_detail",
                    "other_title",
                    "other_title_place",
                ]
            },
        ),
        (
            _("Period and actors, as printed"),
            {
                "fields": [
                    "nature",
                    "period_text",
                    "period_kind",
                    ("period_start", "period_end"),
                    "actors_text",
                    ("valid_from", "valid_to"),
                ]
            },
        ),
        (
            _("What the plan promises"),
            {
                "fields": [
                    *per_language("promise"),
                    "official_promises",
                    "promise_source",
                    "promise_source_detail",
                ]
            },
        ),
    ]

    def save_formset(self, request: HttpRequest, form: Any, formset: Any, change: bool) -> None:  # noqa: FBT001
        """Store what hangs under an action; a new actor stands behind the others."""
        if formset.model is Responsibility:
            held = form.instance.responsibilities.aggregate(last=models.Max("position"))["last"]
            for place, row in enumerate(formset.extra_forms, start=(held or 0) + 1):
                row.instance.position = place
        super().save_formset(request, form, formset, change)

    @admin.display(description=_("title"), ordering="position")
    def shown_title(self, action: Action) -> str:
        """Return the title in the language of the page."""
        return action.title

    @admin.display(description=_("section"), ordering="section__number")
    def section_number(self, action: Action) -> str:
        """Return the number of the section, as its title is long."""
        return action.section.shown if action.section else ""

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet, search_term: str
    ) -> tuple[QuerySet, bool]:
        """Find é by e, as the public search does."""
        return super().get_search_results(request, queryset, fold(search_term))


class ActorNameInline(Inline):
    """The names of an actor over time."""

    model = ActorName
    autocomplete_fields = ["source"]


class ActorAliasInline(Spoken, Chosen, admin.TabularInline):
    """Other ways in which sources write an actor."""

    model = ActorAlias
    extra = 0
    autocomplete_fields = ["source"]


class SuccessionInline(Inline):
    """Who took over from an actor."""

    model = Succession
    fk_name = "predecessor"
    autocomplete_fields = ["successor", "source"]


@admin.register(Actor)
class ActorAdmin(Acts, DataAdmin):
    """Actors with their names, aliases and successors."""

    list_display = ["slug", "name", "level", "kind", "parent_name", "icsd_role"]
    list_filter = ["level", "kind", "icsd_role"]
    search_fields = [
        "slug",
        "aliases__text",
        *(f"names__{column}" for column in per_language("name", "abbreviation")),
    ]
    autocomplete_fields = ["parent", "source"]
    inlines = [ActorNameInline, ActorAliasInline, SuccessionInline]

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        """Return the actors with the names that a line shows."""
        return (
            super()
            .get_queryset(request)
            .select_related("parent")
            .prefetch_related("names", "parent__names")
        )

    def acts(self, row: Actor) -> list[tuple[Any, str]]:
        """Return the steps of a body: another name, a successor."""
        if row.is_unspecified:
            return []
        return [
            (_("New name from a day on"), reverse("actions:body-rename", args=[row.slug])),
            (_("Taken over or divided"), reverse("actions:body-successor", args=[row.slug])),
        ]

    @admin.display(description=_("name"))
    def name(self, actor: Actor) -> str:
        """Return the actor's newest name."""
        return actor.label

    @admin.display(description=_("part of"))
    def parent_name(self, actor: Actor) -> str:
        """Return the name of the organisation above."""
        return actor.parent.label if actor.parent else ""


@admin.register(Theme)
class ThemeAdmin(Placed, DataAdmin):
    """Themes."""

    form = ThemeForm
    list_display = ["slug", "shown_title"]
    list_display_links = ["slug", "shown_title"]
    search_fields = ["slug", *per_language("title")]
    autocomplete_fields = ["source"]

    @admin.display(description=_("title"), ordering="position")
    def shown_title(self, theme: Theme) -> str:
        """Return the title in the language of the page."""
        return theme.title


@admin.register(Responsibility)
class ResponsibilityAdmin(Placed, DataAdmin):
    """Who is responsible for what."""

    form = ResponsibilityForm

    list_display = [
        "action",
        "actor",
        "role",
        "inferred",
        "expected_decision",
        "valid_from",
        "valid_to",
    ]
    list_filter = ["action__plan", "role", "inferred", "expected_decision", "actor__level"]
    search_fields = [
        "=action__label",
        "action__search_text",
        "actor__slug",
        *(f"actor__names__{column}" for column in per_language("name", "abbreviation")),
    ]
    autocomplete_fields = ["action", "actor", "reports_through", "source"]

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        """Return the rows with the names that a line shows."""
        return (
            super()
            .get_queryset(request)
            .select_related("action__plan", "actor")
            .prefetch_related("actor__names")
        )


@admin.register(User)
class UserAdmin(admin.ModelAdmin):
    """Accounts, to look at: people are invited and managed on the members’ pages."""

    list_display = ["email", "name", "language", "is_staff", "is_active", "last_login"]
    list_filter = ["is_staff", "is_active", "language"]
    search_fields = ["email", "name"]
    ordering = ["email"]
    fields = [
        "email", "name", "language", "is_active", "is_staff", "is_sample", "last_login",
        "date_joined", "erased_at",
    ]  # fmt: skip

    def lookup_allowed(self, lookup: str, value: Any, request: HttpRequest | None = None) -> bool:  # noqa: ARG002
        """Let an address ask for what the filters offer, and for nothing else.

        Any other column could be read letter by letter, hashes of passwords included.
        """
        return lookup.partition("__")[0] in self.list_filter

    def has_add_permission(self, request: HttpRequest) -> bool:  # noqa: ARG002
        """Refuse to add: people are invited."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: User | None = None) -> bool:  # noqa: ARG002
        """Refuse to change: roles, names and passwords have their own pages."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: User | None = None) -> bool:  # noqa: ARG002
        """Refuse to delete: an account that is no longer used is deactivated."""
        return False
