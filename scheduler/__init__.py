"""What happens by the clock: the tick that makes sure of everything, and (in time) hearings and deadlines."""
