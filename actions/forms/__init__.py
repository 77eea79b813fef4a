"""Forms and their layouts."""
