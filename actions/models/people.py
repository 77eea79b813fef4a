"""People who sign in: known by their e-mail address, never shown in public."""

from typing import Any, ClassVar

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager, PermissionsMixin
from django.db import models
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _

from document import collation


class UserManager(BaseUserManager["User"]):
    """Creates users by e-mail address."""

    def create_user(self, email: str, password: str | None = None, **fields: Any) -> "User":
        """Return a new, saved user; without a password nobody can sign in with one."""
        user = self.model(email=email.strip().lower(), **fields)
        user.set_password(password)
        user.full_clean(exclude=["password"])
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> "User":
        """Return a new member of the secretariat, who may use the whole administration."""
        return self.create_user(email, password, is_staff=True, is_superuser=True, **fields)

    def get_by_natural_key(self, email: str | None) -> "User":
        """Find somebody by address, whatever its case."""
        return self.get(email__iexact=email)


class User(AbstractBaseUser, PermissionsMixin):
    """A person who may sign in."""

    email = models.EmailField(_("e-mail address"), max_length=254, unique=True)
    name = models.CharField(_("name"), max_length=150, blank=True)
    language = models.CharField(
        _("language of correspondence"),
        max_length=2,
        default="nl",
        choices=[("nl", "Nederlands"), ("fr", "français"), ("de", "Deutsch"), ("en", "English")],
    )
    only_needed = models.BooleanField(
        _("only e-mails about what I must do"),
        default=False,
        help_text=_(
            "No e-mail then on accepted entries, on drafts open for comments and on published "
            "reports. Reminders and returned entries are always told."
        ),
    )
    receipts = models.BooleanField(
        _("a receipt for what I submit"),
        default=False,
        help_text=_("An e-mail with what you submitted, and what happens next."),
    )
    is_staff = models.BooleanField(_("may use the administration"), default=False)
    is_active = models.BooleanField(_("active"), default=True)
    date_joined = models.DateTimeField(_("added on"), default=timezone.now, editable=False)
    is_sample = models.BooleanField(_("sample account"), default=False, editable=False)
    erased_at = models.DateTimeField(_("erased on"), null=True, blank=True, editable=False)
    # Of an erased person: what their organisation was called, in each language.
    former_of = models.JSONField(default=dict, blank=True, editable=False)

    objects: ClassVar[UserManager] = UserManager()

    EMAIL_FIELD = USERNAME_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    class Meta:
        verbose_name = _("user")
        verbose_name_plural = _("users")
        ordering = ["email"]
        constraints = [
            models.UniqueConstraint(
                Lower("email"),
                name="user_email_unique_whatever_case",
                violation_error_message=_("This e-mail address is already in use."),
            ),
        ]

    def __str__(self) -> str:
        return self.former_name if self.is_erased else self.email

    @property
    def is_erased(self) -> bool:
        """Tell whether nothing is kept of the person but that somebody was there."""
        return self.erased_at is not None

    @property
    def former_name(self) -> str:
        """What an erased person is called, in the reader's language."""
        actor = self.former_of.get(get_language() or "") or self.former_of.get("en")
        if not actor:
            return gettext("Former member")
        return gettext("Former member (%(actor)s)") % {"actor": actor}

    def get_full_name(self) -> str:
        """Return the name, or the address where no name is known."""
        return self.former_name if self.is_erased else self.name or self.email

    @property
    def sort_key(self) -> tuple[Any, ...]:
        """What somebody is sorted by where people stand in the order of their names."""
        return collation.by_name(self.get_full_name(), self.email)

    def get_short_name(self) -> str:
        """Return what the administration greets somebody with."""
        return self.get_full_name()
