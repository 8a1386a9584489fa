"""Sending: what is due is taken within every limit, called without a transaction open, and what came of it kept."""
