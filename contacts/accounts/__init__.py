"""Accounts: who may come in at the pages, as what, and how they show that they are who they say.

Nothing here knows of cases: what of a case an account may read is decided above (:mod:`cases.access`).
"""
