"""Telling: the words of every message to those who help, and the notices that follow what happens."""
