"""Menus of bodies: in the order of their names, each line marked by the language it is in."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import get_language

from actions.models import Actor
from document import collation


class Name(str):
    """The name of a body as a line of a menu, with the language that it is in."""

    language: str

    def __new__(cls, text: str, language: str) -> "Name":
        """Return a text that knows its language."""
        name = super().__new__(cls, text)
        name.language = language
        return name


class NameSelect(forms.Select):
    """A menu that says by ``lang`` where a name is not in the language of the page."""

    def create_option(self, name: str, value: Any, label: Any, *args: Any, **more: Any) -> Any:
        """Return what a line is made of."""
        option = super().create_option(name, value, label, *args, **more)
        if isinstance(label, Name) and label.language != get_language():
            option["attrs"]["lang"] = label.language
        return option


def of_actors(actors: Iterable[Actor], value: str = "pk") -> list[tuple[Any, Name]]:
    """Return a line for each body, by name; ``value`` says what a choice sends."""
    return collation.menu(
        (getattr(actor, value), Name(actor.label, actor.name_language)) for actor in actors
    )
