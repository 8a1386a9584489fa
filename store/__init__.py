"""What must stay true: one transaction, one log, one vault, one clock, one way to claim work.

Nothing in this room knows what a case or an alert is.
"""
