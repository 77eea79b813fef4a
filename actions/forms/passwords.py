"""What a new password may not lean on: words that anybody who knows this site would try."""

import re
from typing import Any

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
