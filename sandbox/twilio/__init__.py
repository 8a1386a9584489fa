"""A local Twilio: SMS and voice calls over its REST API, and what it posts back to the program, signed.

`routes` answers the program, `exchange` carries what was accepted, `courier` brings news to the program's addresses.
Durations are the business clock's, so that a call can be left to ring out without waiting.
"""
