"""The Telegram door: raw updates in, one use-case call each, words out through the outbox."""
