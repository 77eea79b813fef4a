"""What a new password may not lean on: words that anybody who knows this site would try."""

import re
from typing import Any

from django.contrib.auth.password_validation import CommonPasswordValidator
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

# The site, the plan and its subject, the country and its offices, in its languages; see
# docs/operations.md. Longest first, so that a part does not leave the rest of its word.
WORDS = sorted(
    {
        "napmonitor", "monitor", "nationalactionplan", "actionplan", "nationaalactieplan",
        "actieplan", "plandactionnational", "plandaction", "aktionsplan", "humanrights",
        "mensenrechten", "droitshumains", "menschenrechte", "belgium", "belgie", "belgië",
        "belgique", "belgien", "federal", "federaal", "fédéral", "secretariat", "secretariaat",
        "secrétariat", "sekretariat", "password", "wachtwoord", "motdepasse", "passwort",
    },
    key=len,
    reverse=True,
)  # fmt: skip
LEANS = re.compile("|".join(WORDS), re.IGNORECASE)
LEAST = 8  # characters beside such words
MOST_ADDED = 4  # characters before or behind one that everybody has


class LeakedValidator(CommonPasswordValidator):
    """Refuses one of the 20,000 that leaks show most, also with a few characters added to it.

    So passwords of twelve characters are compared with far more than the few hundred of the list
    that are as long (ASVS 6.2.4).
    """

    def validate(self, password: str, user: Any = None) -> None:
        """Raise ValidationError for what many have, or lengthen."""
        super().validate(password, user)
        plain = password.lower().strip()
        for cut in range(1, MOST_ADDED + 1):
            for rest in (plain[cut:], plain[:-cut]):
                if len(rest) >= LEAST:
                    super().validate(rest, user)


class OwnWordsValidator:
    """Refuses a password that is little more than words of this site (ASVS 6.2.11)."""

    def validate(self, password: str, user: Any = None) -> None:
        """Raise ValidationError where too little stands beside such a word."""
        del user
        joined = re.sub(r"[\s'’_.-]", "", password)
        if LEANS.search(joined) and len(LEANS.sub("", joined)) < LEAST:
            raise ValidationError(
                _(
                    "Words of this site, its plan or Belgium are tried first: "
                    "write at least %(n)s other characters."
                )
                % {"n": LEAST},
                code="password_own_words",
            )

    def get_help_text(self) -> str:
        """Return what is said beside the field."""
        return _("Words of this site, its plan or Belgium count for nothing in it.")
