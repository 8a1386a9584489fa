"""Twilio: text messages and voice calls, through Twilio's own library over one aiohttp session of ours.

The library is imported when an account is made, not before: it is heavy, and most programs run without it. Numbers,
words and the auth token are never logged or put into an exception.
"""
