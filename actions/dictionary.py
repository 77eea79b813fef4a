"""The data dictionary: what each field of the downloads means."""

from django.utils.translation import gettext_lazy as _

# Field of the JSON rows, its type, its meaning. The CSV and XLSX columns hold the same, flat.
FIELDS = [
    (
        "label",
        _("text"),
        _("Number of the action in the plan’s final table; sub-actions have their own."),
    ),
    ("heading_label", _("text"), _("Number as the heading in the plan’s text prints it.")),
    ("parent", _("text or null"), _("Label of the numbered action that a sub-action hangs under.")),
    ("section", _("object or null"), _("Number and title of the section.")),
    (
        "title",
        _("text or null"),
        _(
            "Title in the language asked for, else in the language given next; null where no "
            "source gives one."
        ),
    ),
    ("title_language", _("text or null"), _("Language of the title: en, fr, nl or de.")),
    (
        "title_is_official",
        _("true or false"),
        _(
            "True where the title is the plan’s own wording in that language; false for a working"
            " translation."
        ),
    ),
    (
        "other_title",
        _("text or null"),
        _("The other printed title, where heading and table of the source differ."),
    ),
    (
        "nature",
        _("code or null"),
        _(
            "one_off (done once) or continuous (applied as long as the plan runs); derived by the"
            " editors from the period and the title."
        ),
    ),
    ("period.text", _("text or null"), _("The period as the source prints it.")),
    (
        "period.kind",
        _("code"),
        _(
            "How the source words the period: open, plan, range, year, deadline, milestone, "
            "phases, mixed, external or missing."
        ),
    ),
    ("period.start", _("date or null"), _("First day of the period (YYYY-MM-DD).")),
    ("period.end", _("date or null"), _("Last day of the period (YYYY-MM-DD).")),
    ("actors_text", _("text or null"), _("The actors as the source prints them.")),
    ("actors", _("list"), _("The actors as organisations, in the order of the source.")),
    ("actors[].slug", _("text"), _("Key of the actor in addresses; it does not change.")),
    ("actors[].name", _("text"), _("Name in the language asked for, else in another one.")),
    ("actors[].abbreviation", _("text or null"), _("Abbreviation in the same language.")),
    (
        "actors[].aliases",
        _("list of texts"),
        _("Other ways in which the sources write the actor, slips included."),
    ),
    (
        "actors[].level",
        _("code"),
        _(
            "Level of government: federal, flemish, walloon, brussels, communities, independent "
            "or partner."
        ),
    ),
    ("actors[].parent", _("text or null"), _("Key of the organisation that the actor is part of.")),
    ("actors[].role", _("code"), _("lead, responsible, partner or beneficiary.")),
    ("actors[].phases", _("list of texts"), _("Phases that the source names for this actor.")),
    ("actors[].printed_as", _("text or null"), _("The words of the source for this actor.")),
    (
        "actors[].inferred",
        _("true or false"),
        _("True where the editors inferred the actor or its role."),
    ),
    (
        "actors[].owes_entry",
        _("true or false"),
        _("True where the actor has to report in every yearly round."),
    ),
    ("themes", _("list of texts"), _("Keys of the themes.")),
    ("sdgs", _("list of numbers"), _("Sustainable Development Goals, 1 to 17.")),
    ("pillars", _("list of numbers"), _("Pillars of the UN Guiding Principles, 1 to 3.")),
    (
        "classified_by_editors",
        _("object"),
        _("Those themes, goals and pillars that the editors chose and no source states."),
    ),
    ("flags", _("list of codes"), _("What is odd in the source about this action.")),
    (
        "flag_reasons",
        _("object"),
        _("For each flag: what is printed, what is shown here, and why."),
    ),
    ("url", _("text"), _("Address of the action’s page.")),
]
