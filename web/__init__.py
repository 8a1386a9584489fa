"""The console and the other pages: one-time case pages first, more in time."""
