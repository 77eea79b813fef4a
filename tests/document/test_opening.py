"""What the data say of a section, as a start for its introduction."""

from document.content.opening import opening
from reports.specimen import action, entry, specimen


def test_it_counts_and_names_what_moved_and_what_is_missing() -> None:
    rows = (
        action(
            1, (entry(1, "actor-1", 1, "done"), entry(2, "actor-2", 1, "")), movement="moved_up"
        ),
        action(2, (entry(3, "actor-1", 1, "in_progress"),), movement="moved_back", overdue=True),
        action(6, (entry(4, "actor-3", 1, ""),), movement="moved_up"),
    )
    found = opening(specimen(0, actions=rows), "en", "1")
    assert found.split("\n\n") == [
        "The actions (2): continuous (en) 1, partly_done (en) 1.",
        "Moved up: 1.",
        "Moved back: 2.",
        "Overdue: 2.",
        "Missing entries, by actor: A2 (en) (1).",
    ]


def test_a_section_that_is_not_there_has_none() -> None:
    assert opening(specimen(3), "nl", "99") == ""
