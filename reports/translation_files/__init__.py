"""The translations of a round into one language as a file: worked on elsewhere, brought back.

``units`` says what a file holds; ``spreadsheet`` and ``xliff`` write and read it as a workbook and
as XLIFF 2.0; ``reading`` finds what a file changes. All of it is saved, or nothing, by
``services.texts``.
"""
