"""E-mail: one plain text to one address, by the team's own outgoing server.

A mail server is told no more than it must know: not the name of this machine, not who reads, and nothing of a case
that the wording has not put into the text. What it answers is never logged or repeated, because it quotes addresses.
"""
