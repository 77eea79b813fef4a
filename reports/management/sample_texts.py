"""The secretariat's chapters of the sample report; each text ends with a mark that it is one."""

from actions.management.sample import texts

FOREWORD = {
    "nl": (
        "Dit verslag toont hoe de opvolging van het nationaal actieplan eruitziet. **Alles wat "
        "erin staat is verzonnen**: geen enkele overheid heeft dit zo gerapporteerd.\n\n"
        "In een echt verslag schrijft de werkgroep hier wat het voorbije jaar opviel, en dankt zij "
        "wie eraan meewerkte."
    ),
    "fr": (
        "Ce rapport montre à quoi ressemble le suivi du plan d’action national. **Tout ce qui s’y "
        "trouve est inventé** : aucune administration n’a fait un tel rapport.\n\n"
        "Dans un vrai rapport, le groupe de travail écrit ici ce qui a marqué l’année écoulée et "
        "remercie celles et ceux qui y ont contribué."
    ),
    "de": (
        "Dieser Bericht zeigt, wie die Weiterverfolgung des Nationalen Aktionsplans aussieht. "
        "**Alles darin ist erfunden**: Keine Behörde hat so berichtet.\n\n"
        "In einem echten Bericht schreibt die Arbeitsgruppe hier, was im vergangenen Jahr auffiel, "
        "und dankt allen, die daran mitgewirkt haben."
    ),
    "en": (
        "This report shows what the follow-up of the national action plan looks like. "
        "**Everything in it is invented**: no administration has reported any of this.\n\n"
        "In a real report the working group writes here what stood out in the past year, and "
        "thanks those who took part."
    ),
}
MEETING_TITLE = {
    "nl": "Overleg met belanghebbenden (voorbeeld)",
    "fr": "Réunion des parties prenantes (exemple)",
    "de": "Treffen mit Interessengruppen (Beispiel)",
    "en": "Stakeholder meeting (sample)",
}
MEETING = {
    "nl": (
        "Op het overleg werden drie vragen besproken:\n\n- hoe kleine ondernemingen sneller hulp "
        "vinden;\n- wat de gewesten van elkaar kunnen leren;\n- welke acties te traag vorderen."
    ),
    "fr": (
        "La réunion a porté sur trois questions :\n\n- comment les petites entreprises trouvent "
        "plus vite de l’aide ;\n- ce que les régions peuvent apprendre les unes des autres ;\n- "
        "quelles actions avancent trop lentement."
    ),
    "de": (
        "Bei dem Treffen ging es um drei Fragen:\n\n- wie kleine Unternehmen schneller Hilfe "
        "finden;\n- was die Regionen voneinander lernen können;\n- welche Aktionen zu langsam "
        "vorankommen."
    ),
    "en": (
        "Three questions were discussed at the meeting:\n\n- how small businesses find help "
        "sooner;\n- what the regions can learn from each other;\n- which actions move too slowly."
    ),
}
VALIDATION = {
    "nl": "De werkgroep keurde de tekst goed.",
    "fr": "Le groupe de travail a approuvé le texte.",
    "de": "Die Arbeitsgruppe hat den Text gebilligt.",
    "en": "The working group approved the text.",
}


def columns(field: str, words: dict[str, str]) -> dict[str, str]:
    """Return texts by column, each with the mark of a sample."""
    return {f"{field}_{code}": texts.marked(text, code) for code, text in words.items()}
