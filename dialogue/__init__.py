"""One conversation for every door: pure steps, and what carries them out."""
