"""What the program is made of, for whoever wants to check it: licences, a bill of materials, a wheel made twice alike.

Stands outside the house, as the benchmarks do, and is not in the wheel: its tools come with the development lock.
"""
