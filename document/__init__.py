"""What a report says: frozen facts, their words, their order and their formats; without Django."""
