"""The simulator: seeded histories of many days, played through the real house on a real database.

``plan`` says what happens when (pure), ``world`` plays it, ``promises`` looks whether everything promised is kept, and
``shrinking`` finds the few actions that break something (pure). ``python -m tests.simulator`` runs seeds; what failed
is kept in ``kept/`` and played again by the suite.
"""
