"""The bad days: real processes are killed, starved and lied to, and nobody is forgotten."""
