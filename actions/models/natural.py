"""Natural keys: how fixtures name a row without knowing its number."""

from typing import Any, ClassVar

from django.db import models


class NaturalKeyManager(models.Manager[Any]):
    """Finds a row by its natural key."""

    def get_by_natural_key(self, *key: object) -> Any:
        """Return the row with this key; raises the model's DoesNotExist."""
        return self.get(**dict(zip(self.model.NATURAL_KEY, key, strict=True)))


class NaturalKey(models.Model):
    """A model whose rows have a natural key, made of the lookups in ``NATURAL_KEY``."""

    NATURAL_KEY: ClassVar[tuple[str, ...]]

    class Meta:
        abstract = True

    def natural_key(self) -> tuple[object, ...]:
        """Return what fixtures name this row by; None where a link is empty."""
        return tuple(self._follow(lookup.split("__")) for lookup in self.NATURAL_KEY)

    def _follow(self, names: list[str]) -> object:
        value: object = self
        for name in names:
            value = getattr(value, name) if value is not None else None
        return value
