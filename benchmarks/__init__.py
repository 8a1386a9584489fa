"""Benchmarks: what the house costs and how fast it is, beside each figure a baseline of the same run.

They measure, they do not test: no figure fails a build. Nothing here is part of the installed program.
"""
