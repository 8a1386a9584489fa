"""Answers that come by text, by key or by link, and what they mean."""
