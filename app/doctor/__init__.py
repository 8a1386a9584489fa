"""``panah doctor``: what is in force, what is missing, and what to do about it.

Findings are for the operator's own terminal. They never name a relative or a person at risk, nor any number or
address of anybody. Names of helpers do appear, because an operator who reads that "somebody" cannot be reached on
Thursday can do nothing about it; they imported these names, and no log or metric repeats them.
"""
