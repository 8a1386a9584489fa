"""Erasing: one case with proof, what is kept too long, and the whole instance for good."""
