"""The only writers of editions, their texts, translations and transmissions."""
