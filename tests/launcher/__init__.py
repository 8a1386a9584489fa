"""What a person meets before Panah itself runs: the launcher, its environment, the lock files."""
