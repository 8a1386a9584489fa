"""Mutants: the program with one small mistake in it. A mistake that no test notices shows what is not tested.

``python -m benchmarks.mutants law`` tries those of an area (:mod:`benchmarks.mutants.areas`). What was found stands in
docs/mutants.md.
"""
