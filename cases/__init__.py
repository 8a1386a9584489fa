"""What is happening to whom: reports, how urgent they sound, and what they are called by.

Everything decided here is decided once, the same for every door and every channel.
"""
