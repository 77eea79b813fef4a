"""Forms of the secretariat about reports."""
