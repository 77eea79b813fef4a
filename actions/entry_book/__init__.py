"""The entries of a body in a round as a workbook: written offline, passed round, brought back.

``layout`` says which columns there are; ``writing`` makes the workbook; ``reading`` finds what its
rows change, and what is wrong by place. Only drafts are made of it, by ``services.drafts``.
"""
