"""Who can help, and when.

People as they are imported, whose turn it is on a roster, and who fits a need.
"""
