"""Telegram: python-telegram-bot's objects over one aiohttp session of our own.

No address of the Bot API is ever logged or put into an exception, because it contains the bot's token.
"""

import os

os.environ.setdefault("PTB_TIMEDELTA", "true")
"""The library's durations are timedeltas: without this it warns at each object that has one."""
