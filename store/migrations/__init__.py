"""Schema migrations, forward only once released."""
