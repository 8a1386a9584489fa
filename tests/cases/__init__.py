"""The case file: what messages ask for, and the codes reports are called by."""
