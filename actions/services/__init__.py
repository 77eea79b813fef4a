"""The only writers of the domain's facts."""
