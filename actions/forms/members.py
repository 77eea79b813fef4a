"""The forms of members: invite, accept, the own profile, the filter of all members."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from actions import menus
from actions.enums import WRITING_ROLES, MemberRole
from actions.forms.texts import TextField
from actions.models import Actor, User
from actions.models.memberships import MEMBER_ROLES, ROLE_MEANINGS
from actions.typography import sign

LANGUAGES = [("nl", "Nederlands"), ("fr", "français"), ("de", "Deutsch"), ("en", "English")]


def actor_choices() -> list[tuple[int, menus.Name]]:
    """Return every organisation that may have members, by its label."""
    rows = [row for row in Actor.objects.with_names() if not row.is_unspecified]
    return menus.of_actors(rows)


def role_choices(roles: frozenset[MemberRole]) -> list[tuple[str, str]]:
    """Return roles with what each may do, the lowest first."""
    return [
        (code, f"{label}{sign(':')} {ROLE_MEANINGS[MemberRole(code)]}")
        for code, label in MEMBER_ROLES
        if code in roles
    ]


class TextInput(forms.TextInput):
    """A line of text in the look of this site."""

    def __init__(self, **attributes: str) -> None:
        super().__init__({"class": "form-control"} | attributes)


class Select(menus.NameSelect):
    """A menu in the look of this site."""

    def __init__(self) -> None:
        super().__init__({"class": "form-select"})


class InvitationForm(forms.Form):
    """Asks whom to invite; the secretariat also says to which organisation."""

    email = forms.EmailField(
        label=_("E-mail address"),
        max_length=254,
        widget=TextInput(type="email", autocomplete="off", spellcheck="false"),
    )
    role = forms.ChoiceField(label=_("Role"), widget=Select())
    language = forms.ChoiceField(
        label=_("Language of correspondence"), choices=LANGUAGES, widget=Select()
    )

    def __init__(self, *args: Any, everything: bool = False, **options: Any) -> None:
        super().__init__(*args, **options)
        # A browser would cut a paste off in silence.
        self.fields["email"].widget.attrs.pop("maxlength", None)
        roles = frozenset(MemberRole) if everything else WRITING_ROLES
        self.fields["role"].choices = role_choices(roles)  # type: ignore[attr-defined]
        if everything:
            # Nothing is preset: the first of the alphabet was invited by mistake.
            choices = [("", _("Choose …")), *actor_choices()]
            actor = forms.TypedChoiceField(
                label=_("Organisation"), coerce=int, choices=choices, widget=Select()
            )
            self.fields = {"email": self.fields["email"], "actor": actor, **self.fields}


class AcceptForm(forms.Form):
    """Asks an invited person who has no account yet for their name and language."""

    name = TextField(
        label=_("Your name"),
        rows=None,
        most=150,
        is_silent=True,
        attrs={"class": "form-control", "autocomplete": "name"},
    )
    language = forms.ChoiceField(
        label=_("Language of correspondence"), choices=LANGUAGES, widget=Select()
    )


class ProfileForm(AcceptForm):
    """Asks for the own name and language, and for which e-mails one wants."""

    only_needed = forms.BooleanField(
        label=_("Only e-mails about what I must do"),
        help_text=_(
            "No e-mail then on accepted entries and on drafts open for comments. Reminders and "
            "returned entries are always told."
        ),
        required=False,
    )
    receipts = forms.BooleanField(
        label=_("A receipt for what I submit"),
        help_text=_("An e-mail with what you submitted, and what happens next."),
        required=False,
    )


class RoleForm(forms.Form):
    """Asks for another role."""

    role = forms.ChoiceField(
        label=_("Role"), widget=Select(), choices=lambda: role_choices(frozenset(MemberRole))
    )


class PeopleForm(forms.Form):
    """The filter of the list of all members."""

    words = forms.CharField(
        label=_("Words in name or address"), max_length=100, required=False, widget=TextInput()
    )
    actor = forms.TypedChoiceField(
        label=_("Organisation"), coerce=int, empty_value=None, required=False, widget=Select()
    )
    role = forms.ChoiceField(
        label=_("Role"), required=False, choices=[("", _("All")), *MEMBER_ROLES], widget=Select()
    )
    state = forms.ChoiceField(
        label=_("Account"),
        required=False,
        choices=[("", _("Active")), ("closed", _("Deactivated"))],
        widget=Select(),
    )

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        choices = [("", _("All")), *actor_choices()]
        self.fields["actor"].choices = choices  # type: ignore[attr-defined]


def initial_of(user: User) -> dict[str, Any]:
    """Return what a profile says now."""
    names = ("name", "language", "only_needed", "receipts")
    return {name: getattr(user, name) for name in names}
