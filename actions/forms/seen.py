"""A form that knows what it changes: it carries what its writer saw of it."""

from typing import Any

from django import forms


class SeenForm(forms.Form):
    """Carries a digest of what was stored when the form was opened: see ``services.seen``."""

    seen = forms.RegexField(r"^[0-9a-f]{0,32}\Z", required=False, widget=forms.HiddenInput)

    def clean_seen(self) -> str | None:
        """Return the digest; None from what is no form of ours, and never saw anything."""
        return self.cleaned_data["seen"] if "seen" in self.data else None

    def go_on_from(self, seen: str) -> None:
        """Let what was typed replace something newer than it started from."""
        change(self, "seen", seen)


def change(form: forms.BaseForm, name: str, value: str) -> None:
    """Change one value of what a browser sent."""
    data: Any = form.data
    form.data = data.copy()
    form.data[name] = value  # type: ignore[index]
