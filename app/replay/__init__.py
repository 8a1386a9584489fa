"""Replaying a story: what happened once goes through the whole real system again, by a clock that is moved."""
