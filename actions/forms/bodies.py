"""Forms of the secretariat about bodies: a new name, who takes over, and what that rests on."""

import re
from collections.abc import Iterable
from datetime import date
from typing import Any

from django import forms
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db.models import Q
from django.utils import timezone
from django.utils.text import slugify
from django.utils.translation import gettext_lazy as _

from actions import menus
from actions.enums import ActorKind
from actions.forms.rounds import days
from actions.forms.texts import TextField, completed_address
from actions.models import Actor, ActorName
from actions.models.actors import LEVELS
from actions.models.entries import LONGEST_ADDRESS

NEW = "+"  # no key of a body
# Where a successor is chosen, and what the names of its fields begin with where it is new.
PLACES = {"heir": "new_", "second": "second_new_", "third": "third_new_"}
FIRST_DAY, LAST_DAY = date(2000, 1, 1), date(2100, 12, 31)
LANGUAGES = ("nl", "fr", "de", "en")
LONGEST_NAME, LONGEST_ABBREVIATION, LONGEST_TITLE = 200, 40, 300
NAME_LABELS = {
    "name_nl": _("name (Dutch)"),
    "name_fr": _("name (French)"),
    "name_de": _("name (German)"),
    "name_en": _("name (English)"),
    "abbreviation_nl": _("abbreviation (Dutch)"),
    "abbreviation_fr": _("abbreviation (French)"),
    "abbreviation_de": _("abbreviation (German)"),
    "abbreviation_en": _("abbreviation (English)"),
}
CONTROL = {"class": "form-control"}
FAR = 3  # years ahead that somebody may mean without being asked


def line(label: Any, most: int, **options: Any) -> TextField:
    """Return an optional field of one line."""
    attrs = CONTROL | options.pop("attrs", {})
    return TextField(
        label=label, required=False, rows=None, most=most, is_silent=True, attrs=attrs, **options
    )


class BasisForm(forms.Form):
    """From which day on, and the decree that says so, where there is one."""

    on = days(
        label=_("takes effect on"),
        validators=[MinValueValidator(FIRST_DAY), MaxValueValidator(LAST_DAY)],
    )
    decree = line(
        _("decree or decision"),
        LONGEST_TITLE,
        help_text=_("Its title and date. Nothing is needed for a reorganisation without one."),
    )
    address = line(_("address of the decree"), LONGEST_ADDRESS, attrs={"inputmode": "url"})

    def clean_address(self) -> str:
        """Return the address, completed and encoded."""
        return completed_address(self.cleaned_data["address"])

    def names(self, prefix: str = "") -> dict[str, str]:
        """Return the names and abbreviations that were typed."""
        return {name: self.cleaned_data[f"{prefix}{name}"] for name in NAME_LABELS}


def add_names(form: forms.Form, prefix: str = "") -> None:
    """Add the fields of a name in four languages."""
    for name, label in NAME_LABELS.items():
        most = LONGEST_NAME if name.startswith("name") else LONGEST_ABBREVIATION
        form.fields[f"{prefix}{name}"] = line(label, most, attrs={"lang": name[-2:]})


class NameForm(BasisForm):
    """A new name from a day on."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        add_names(self)
        self.order_fields(["on", *NAME_LABELS])


class SuccessorForm(BasisForm):
    """Who takes over from a body: another one, a new one, or several of either kind."""

    def __init__(self, *args: Any, actor: Actor, **options: Any) -> None:
        """Offer every other body, in the order of the names."""
        super().__init__(*args, **options)
        self.actor = actor
        rows = Actor.objects.exclude(pk=actor.pk).exclude(kind=ActorKind.UNSPECIFIED)
        self.bodies = {row.slug: row for row in rows.with_names()}
        lines = menus.of_actors(self.bodies.values(), value="slug")
        new = (NEW, _("— a body that is new —"))
        self.fields["heir"] = choice(_("who takes over"), [("", _("Choose …")), new, *lines])
        for name, label in (("second", _("second successor")), ("third", _("third successor"))):
            self.fields[name] = choice(label, [("", _("none")), new, *lines], required=False)
        self.fields["second"].help_text = _("Only where the body is divided.")
        for prefix in PLACES.values():
            self.add_new(prefix, lines)
        self.fields["other_level"] = forms.BooleanField(
            label=_("The successor does belong to another level of government"), required=False
        )
        self.fields["far_day"] = far_day_box()
        self.order_fields(["on", *PLACES])

    def add_new(self, prefix: str, bodies: list[Any]) -> None:
        """Add the fields of a body that is new."""
        add_names(self, prefix)
        levels = [("", _("as the one that ends")), *LEVELS]
        self.fields[f"{prefix}level"] = choice(_("level of government"), levels, required=False)
        parents = [("", _("none")), *bodies]
        self.fields[f"{prefix}parent"] = choice(_("part of"), parents, required=False)
        if self.actor.parent:
            self.fields[f"{prefix}parent"].initial = self.actor.parent.slug

    @property
    def new_bodies(self) -> list[dict[str, Any]]:
        """The fields of each body that is new, where it is chosen, and whether they stand open."""
        titles = (
            _("The organisation that is new"),
            _("The second organisation that is new"),
            _("The third organisation that is new"),
        )
        return [
            {
                "title": title,
                "place": place,
                "fields": fields,
                "is_open": any(map(is_filled, fields)),
            }
            for title, (place, prefix) in zip(titles, PLACES.items(), strict=True)
            if (fields := [self[name] for name in self.fields if name.startswith(prefix)])
        ]

    def chosen(self) -> list[tuple[str, str]]:
        """Return what was chosen as successors: the place, and the key of a body or ``NEW``."""
        return [(place, key) for place in PLACES if (key := self.cleaned_data.get(place))]

    def clean(self) -> dict[str, Any]:
        """Refuse one successor twice, a new one without a name; ask about another level."""
        found = super().clean() or self.cleaned_data
        for name, text in found.items():
            if name.rpartition("new_")[2] in NAME_LABELS:
                found[name] = re.sub(" {2,}", " ", text)
        known = [key for _place, key in self.chosen() if key != NEW]
        if len(known) != len(set(known)):
            self.add_error("second", _("Choose each successor once."))
        for place, prefix in PLACES.items():
            is_named = any(found.get(f"{prefix}{name}") for name in NAME_LABELS)
            if is_named and found.get(place) != NEW:
                words = _(
                    "Below stands the name of a new organisation. Choose “a body that is new” "
                    "here, or empty the name."
                )
                self.add_error(place, words)
        others: set[str] = set()
        for place, key in self.chosen():
            if key == NEW:
                self.check_new(PLACES[place], others)
        refuse_far(self, found)
        if self.asks_level and not found.get("other_level"):
            self.add_error(
                "other_level",
                _("Successor and predecessor belong to different levels of government. Tick the "
                  "box if that is right."),
            )  # fmt: skip
        return found

    def check_new(self, prefix: str, others: set[str]) -> None:
        """Refuse a new body without a name, or with that of another; ``others`` has such names."""
        texts = {code: self.cleaned_data.get(f"{prefix}name_{code}", "") for code in LANGUAGES}
        known = names_there(texts.values())
        if not any(texts.values()):
            self.add_error(f"{prefix}name_nl", _("Write the name in at least one language."))
        for code, text in texts.items():
            if not text:
                continue
            if text.casefold() in others:
                words = _("Another new organisation on this page has this name.")
                self.add_error(f"{prefix}name_{code}", words)
            elif text.casefold() in known:
                words = _("There is an organisation of this name. Choose it from the list.")
                self.add_error(f"{prefix}name_{code}", words)
        others |= {text.casefold() for text in texts.values() if text}

    @property
    def asks_level(self) -> bool:
        """Tell whether a successor belongs to another level than the one that ends."""
        return any(self.level_of(*one) != self.actor.level for one in self.chosen())

    def level_of(self, place: str, key: str) -> str:
        """Return the level of government of a chosen successor."""
        if key == NEW:
            return self.cleaned_data.get(f"{PLACES[place]}level") or self.actor.level
        return str(self.bodies[key].level)

    def new_body(self, place: str) -> Actor:
        """Return the body that is new in a place, not stored yet."""
        prefix = PLACES[place]
        parent = self.bodies.get(self.cleaned_data[f"{prefix}parent"])
        return Actor(
            slug=self.free_slug(prefix),
            level=self.level_of(place, NEW),
            parent=parent,
            kind=self.actor.kind,
        )

    def free_slug(self, prefix: str) -> str:
        """Return a key for addresses that no body has, from the shortest name."""
        names = self.names(prefix)
        parts = ("abbreviation", "name")
        texts = (names[f"{part}_{code}"] for part in parts for code in ("en", "nl", "fr", "de"))
        start = next(filter(None, (slugify(text)[:50] for text in texts)), "body")
        taken = set(Actor.objects.filter(slug__startswith=start).values_list("slug", flat=True))
        free = (f"{start}-{n}" if n else start for n in range(len(taken) + 1))
        return next(slug for slug in free if slug not in taken)

    def typed(self) -> list[tuple[str, str]]:
        """Return what was typed, for the page that asks to confirm it."""
        typed = [(name, str(self.data.get(name, ""))) for name in self.fields]
        return [(name, value) for name, value in typed if value]


def far_day_box() -> forms.BooleanField:
    """Return the box by which somebody says that a day far ahead is meant."""
    return forms.BooleanField(label=_("This day is right"), required=False)


def refuse_far(form: forms.Form, found: dict[str, Any]) -> None:
    """Ask whether a day is right that lies more than some years ahead."""
    on = found.get("on")
    if on and on.year > timezone.localdate().year + FAR and not found.get("far_day"):
        words = _("The day lies more than %(n)s years ahead. Tick the box if that is right.")
        form.add_error("far_day", words % {"n": FAR})


def names_there(texts: Iterable[str]) -> set[str]:
    """Return those of some names that a body has, in whatever language, in small letters."""
    wanted = Q()
    for text in filter(None, texts):
        for code in LANGUAGES:
            wanted |= Q(**{f"name_{code}__iexact": text})
    rows = ActorName.objects.filter(wanted) if wanted else ActorName.objects.none()
    columns = [f"name_{code}" for code in LANGUAGES]
    return {name.casefold() for row in rows.values_list(*columns) for name in row if name}


def is_filled(field: Any) -> bool:
    """Tell whether somebody wrote into a field, or must look at it."""
    return bool(field.errors or (field.value() and field.value() != field.initial))


def choice(label: Any, choices: list[Any], **options: Any) -> forms.ChoiceField:
    """Return a menu."""
    widget = menus.NameSelect({"class": "form-select"})
    return forms.ChoiceField(label=label, choices=choices, widget=widget, **options)
