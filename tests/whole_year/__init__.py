"""What a year that is played from beginning to end needs; see ``tests.test_whole_year``.

``record`` is the plan, its bodies and people, and what they will say; ``reckoning`` reckons from
it what the report has to say; ``browser`` is how people use the pages, and the mail server.
"""
