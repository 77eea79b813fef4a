"""English as Belgian services write it: 31 December 2025."""

DATE_FORMAT = "j F Y"
