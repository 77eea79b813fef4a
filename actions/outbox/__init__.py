"""The outbox: events put letters into it; each is claimed, then sent."""
