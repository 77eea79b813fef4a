"""Sends the letters of the outbox: each at most once, failures again later."""


def deliver(key: int) -> None:
    """Send one letter."""
