"""Menus of bodies: in the order of their names, each line marked by the language it is in."""

from collections.abc import Iterable, Mapping
from typing import Any

from django import forms
from django.utils.formats import localize
from django.utils.html import conditional_escape
from django.utils.safestring import SafeString, mark_safe
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

    def _render(self, template_name: str, context: Any, renderer: Any = None) -> SafeString:
        """Write what Django's template says, which reads another one for each line.

        The menus of the list of actions have two hundred lines.
        """
        if template_name != forms.Select.template_name:
            return super()._render(template_name, context, renderer)  # type: ignore[misc]
        widget = context["widget"]
        parts = [f'<select name="{conditional_escape(widget["name"])}"{written(widget["attrs"])}>']
        for group, options, _number in widget["optgroups"]:
            if group:
                parts.append(f'\n  <optgroup label="{conditional_escape(localize(group))}">')
            parts += [
                f'\n  <option value="{conditional_escape(str(option["value"]))}"'
                f"{written(option['attrs'])}>{conditional_escape(localize(option['label']))}</option>\n"
                for option in options
            ]
            if group:
                parts.append("\n  </optgroup>")
        return mark_safe("".join([*parts, "\n</select>"]))  # noqa: S308 - all of it is escaped


def written(attrs: Mapping[str, Any]) -> str:
    """Return attributes as they stand in a tag; what is False is left out."""
    return "".join(
        f" {name}" if value is True else f' {name}="{conditional_escape(str(value))}"'
        for name, value in attrs.items()
        if value is not False
    )


def of_actors(actors: Iterable[Actor], value: str = "pk") -> list[tuple[Any, Name]]:
    """Return a line for each body, by name; ``value`` says what a choice sends."""
    return collation.menu(
        (getattr(actor, value), Name(actor.label, actor.name_language)) for actor in actors
    )
