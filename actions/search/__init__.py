"""The search: everything published, found in the reader's words, alike on every database.

``documents`` says what can be found; ``index`` keeps it ready; ``asking`` understands what a
reader types; ``finding`` puts both together; ``passages`` marks what was found.
"""
