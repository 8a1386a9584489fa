"""The key-encryption key: where it comes from, how it changes, and the ring it opens in a running process."""
