"""What files tell about themselves, and copies without it: done by a process that holds nothing of ours.

Nothing in here imports anything of the house but its neighbours in here.
"""
