"""Many people taken at once: a list becomes people, and people become cases that stay together."""
