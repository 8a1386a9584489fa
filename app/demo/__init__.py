"""The demo: the real program among local providers, an invented team, and a night already under way."""
