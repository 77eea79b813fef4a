"""The plans and their follow-up; knows nothing of reports."""
