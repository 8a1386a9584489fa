"""Benchmarks: what the house costs and how fast it is, each figure beside a baseline measured in the same run.

They measure, they do not test: no figure fails a build. Nothing here is part of the installed program.
"""
