"""Texts as the typesetter takes them: what no line parts, and what may be divided."""

from document.writers import pdf_text


def test_no_line_parts_a_day_from_its_month() -> None:
    said = "Stand am 31. Dezember 2025, le 1er janvier 2026, op 13 december 2026; 3 van 66 in 2024"
    assert pdf_text.text(said) == (
        "Stand am 31.\u00a0Dezember 2025, le 1er\u00a0janvier 2026, op 13\u00a0december 2026; "
        "3 van 66 in 2024"
    )


def test_in_a_table_only_a_word_that_no_column_holds_is_divided() -> None:
    mark = pdf_text.DIVIDE
    said = pdf_text.divided_in_cell("Entwicklungszusammenarbeit der Bundesregierung")
    assert said == f"Entw{mark}icklungszusammenarb{mark}eit der Bundesregierung"
