"""A whole plan as a workbook: to fill in, to read back, to carry to another site.

``layout`` derives sheets and columns from the models; ``reading`` makes rows of a workbook, with
what is wrong by place; ``writing`` makes a workbook of a plan, or an empty one with guidance.
"""
