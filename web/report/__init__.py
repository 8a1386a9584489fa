"""The form for people without Telegram: the bot's conversation on pages that need no account, script or cookie."""
