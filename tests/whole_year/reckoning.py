"""What a report has to say, reckoned a second time from the words of the method alone.

It takes plain facts and imports nothing of the site: whatever both make of the same entries can
only agree where both follow the method.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

ENDS_IT = ("done", "discontinued", "not_applicable")
# The least first; what stands on one line is equally far.
SCALES = {
    "one_off": [
        {"not_reported", "insufficient"}, {"discontinued"}, {"not_started"}, {"in_progress"},
        {"partly_done"}, {"done"},
    ],
    "continuous": [
        {"not_reported", "insufficient"}, {"discontinued"}, {"not_started"}, {"partly_done"},
        {"in_progress"}, {"done"},
    ],
}  # fmt: skip


@dataclass
class Standing:
    """An action in a round: what each body of which an entry is expected said, or None."""

    nature: str
    ends: str  # the last day of its period, "" for none
    says: dict[str, str | None]
    is_sub: bool = False
    override: str = ""

    @property
    def status(self) -> str:
        """The published status."""
        return self.override or together(self.says.values(), self.nature)

    @property
    def reported(self) -> int:
        """How many said something."""
        return sum(said is not None for said in self.says.values())

    def is_met(self) -> bool:
        """Tell whether it does all that the plan asks."""
        return is_met(self.status, self.nature)

    def is_overdue(self, on: str) -> bool:
        """Tell whether its period ended before a day without its being finished."""
        return bool(self.ends) and self.ends < on and self.status not in ENDS_IT


def is_met(status: str | None, nature: str) -> bool:
    """Tell whether a status does all that the plan asks."""
    return status == "done" or (status == "in_progress" and nature == "continuous")


def together(says: Iterable[str | None], nature: str) -> str:
    """Return the status that several reports amount to: the table of the method, line by line."""
    everybody = Counter(says)
    asked = everybody.total()
    it_applies_to = asked - everybody.pop("not_applicable", 0)
    silent = everybody.pop(None, 0)
    if asked and not it_applies_to:
        return "not_applicable"
    if not everybody:
        return "not_reported"
    met = sum(count for said, count in everybody.items() if is_met(said, nature))
    alike = [said for said in ("discontinued", "done") if everybody[said] == it_applies_to]
    alike += ["in_progress"] if met == it_applies_to else []
    if alike and not silent:
        return alike[0]
    if everybody["partly_done"] or met:
        return "partly_done"
    return next(
        (said for said in ("in_progress", "not_started") if everybody[said]), "insufficient"
    )


# --- Figures --------------------------------------------------------------------------


def figures(standings: Iterable[Standing], on: str) -> dict[str, tuple[int, int]]:
    """Return each key figure as so many of so many; sub-actions are counted beside, not here."""
    counted = [one for one in standings if not one.is_sub]
    asked = [one for one in counted if one.says]
    applies = [one for one in counted if one.status != "not_applicable"]
    met = [one for one in applies if one.is_met()]
    partly = [one for one in applies if one.status == "partly_done"]
    return {
        "coverage": (sum(one.reported == len(one.says) for one in asked), len(asked)),
        "carried_out": (len(met), len(applies)),
        "at_least_in_part": (len(met) + len(partly), len(applies)),
        "overdue": (sum(one.is_overdue(on) for one in counted), len(counted)),
    }


# --- Movement -------------------------------------------------------------------------


@dataclass
class Pair:
    """What those who stand for each other said then and now; a merged body stands for its own."""

    then: list[str | None] = field(default_factory=list)
    now: list[str | None] = field(default_factory=list)

    @property
    def is_there_twice(self) -> bool:
        """Tell whether something is expected of them in both years."""
        return bool(self.then and self.now)

    @property
    def spoke(self) -> tuple[bool, bool]:
        """Whether all of them said something, then and now."""
        return None not in self.then, None not in self.now

    @property
    def applied(self) -> tuple[bool, bool]:
        """Whether the action applied to all of them, then and now."""
        return "not_applicable" not in self.then, "not_applicable" not in self.now

    @property
    def is_common(self) -> bool:
        """Tell whether they count for like with like."""
        return self.is_there_twice and self.spoke == self.applied == (True, True)


def pairs(then: Standing, now: Standing, heirs: Mapping[str, str]) -> list[Pair]:
    """Return who stands for each other; ``heirs`` says who took over from whom."""
    found: dict[str, Pair] = {}
    for body, said in then.says.items():
        name = body if body in now.says else heirs.get(body, body)
        found.setdefault(name, Pair()).then.append(said)
    for body, said in now.says.items():
        found.setdefault(body, Pair()).now.append(said)
    return list(found.values())


def movement(then: Standing | None, now: Standing | None, heirs: Mapping[str, str]) -> str:
    """Return what became of an action between two reports: like with like."""
    if then is None:
        return "new"
    if now is None:
        return "withdrawn"
    applied = [one.status != "not_applicable" for one in (then, now)]
    if then.nature != now.nature or applied[0] != applied[1]:
        return "reassessed"
    those = pairs(then, now, heirs)
    common = [pair for pair in those if pair.is_common]
    before = together([together(pair.then, now.nature) for pair in common], now.nature)
    after = together([together(pair.now, now.nature) for pair in common], now.nature)
    if after == "discontinued" != before:
        return "suspended"
    if rank(after, now.nature) != rank(before, now.nature):
        is_up = rank(after, now.nature) > rank(before, now.nature)
        return "moved_up" if is_up else "moved_back"
    return "same" if then.status == now.status else why_else(then, now, those)


def why_else(then: Standing, now: Standing, those: list[Pair]) -> str:
    """Return what changed a status that nobody moved who spoke both times."""
    came = any(pair.is_there_twice and pair.spoke == (False, True) for pair in those)
    went = any(pair.is_there_twice and pair.spoke == (True, False) for pair in those)
    is_otherwise = bool(then.override or now.override) or any(
        not pair.is_there_twice or pair.applied[0] != pair.applied[1] for pair in those
    )
    if is_otherwise or came == went:
        return "reassessed"
    return "more_information" if came else "less_information"


def rank(status: str, nature: str) -> int:
    """Return how far a status is."""
    return next(place for place, line in enumerate(SCALES[nature]) if status in line)
