"""Ways to reach a person: one port, one folder for each provider, a fake beside the port.

Nothing above this room knows a provider's codes, words or limits.
"""
