"""What happens by the clock: the tick, reminders of hearings and deadlines, the heartbeat."""
