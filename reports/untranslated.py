"""How many texts of a report have no checked translation, without reading any of them."""

from collections import Counter, defaultdict
from collections.abc import Iterable

from django.db.models import Case, Count, F, IntegerField, Q, Value, When

from actions.enums import EntryState, StepKind
from actions.models import Entry, ReportingRound, RoundStep
from actions.models.entries import PUBLISHED_TEXTS
from document.snapshot import LANGUAGES
from reports.models import CHECKED, Translation

# That a translation is checked, and still of what its entry says.
IS_GOOD = Q(pk__in=[])
for _field in PUBLISHED_TEXTS:
    IS_GOOD |= Q(field=_field, original=F(f"entry__{_field}")) & ~Q(**{f"entry__{_field}": ""})


def counts(rounds: Iterable[ReportingRound]) -> dict[int, Counter[str]]:
    """Return by round and language what ``readiness.open_items`` lists; four queries for all."""
    spoken = spoken_in([given.pk for given in rounds])
    keys = set().union(*spoken.values()) if spoken else set()
    texts, good = texts_of(keys), checked_of(keys)
    found: dict[int, Counter[str]] = defaultdict(Counter)
    for key, entries in spoken.items():
        for entry in entries:
            written_in, count = texts.get(entry, ("", 0))
            for language in LANGUAGES:
                if language != written_in:
                    found[key][language] += count - good.get((entry, language), 0)
    return found


def needed(rounds: Iterable[ReportingRound]) -> dict[int, tuple[str, ...]]:
    """Return by round the languages that a translation is needed into; one query for all.

    The steps of the year say of each language that is not one by law whether it is needed.
    """
    keys = [given.pk for given in rounds]
    ticked = RoundStep.objects.filter(round__in=keys, kind=StepKind.TRANSLATE, not_needed=True)
    left_out = set(ticked.order_by().values_list("round", "language"))
    return {key: tuple(one for one in LANGUAGES if (key, one) not in left_out) for key in keys}


def gaps(rounds: Iterable[ReportingRound]) -> dict[int, Counter[str]]:
    """Return what ``counts`` does, of the languages that are needed alone."""
    given = list(rounds)
    counted, wanted = counts(given), needed(given)
    return {
        one.pk: Counter({code: counted[one.pk][code] for code in wanted[one.pk]}) for one in given
    }


def spoken_in(rounds: list[int]) -> dict[int, set[int]]:
    """Return by round the entries with the texts that it prints; see ``Entry.spoken``."""
    accepted = Entry.objects.filter(round__in=rounds, state=EntryState.ACCEPTED).order_by()
    pairs = list(accepted.values_list("round", "pk"))
    carried = Entry.objects.filter(carried_from__isnull=False).order_by()
    before = dict(carried.values_list("pk", "carried_from")) if pairs else {}
    found: dict[int, set[int]] = defaultdict(set)
    for given, key in pairs:
        entry = key
        while entry in before:
            entry = before[entry]
        found[given].add(entry)
    return found


def texts_of(keys: set[int]) -> dict[int, tuple[str, int]]:
    """Return of some entries the language, and how many texts they have."""
    if not keys:
        return {}
    written = [
        Case(When(~Q(**{field: ""}), then=Value(1)), default=Value(0), output_field=IntegerField())
        for field in PUBLISHED_TEXTS
    ]
    rows = (
        Entry.objects.filter(pk__in=keys).order_by().annotate(written=sum(written[1:], written[0]))
    )
    return {
        key: (code, count) for key, code, count in rows.values_list("pk", "language", "written")
    }


def checked_of(keys: set[int]) -> dict[tuple[int, str], int]:
    """Return of some entries, by language, how many texts have a checked translation that fits."""
    rows = Translation.objects.filter(IS_GOOD, entry__in=keys, state=CHECKED).order_by()
    counted = rows.values_list("entry", "language").annotate(Count("pk"))
    return {(entry, language): count for entry, language, count in counted}
