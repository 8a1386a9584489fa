"""Local providers with phones to look at: the whole program can be played with and tested without an account.

Telegram, Twilio (SMS and voice) and a mail server. It knows nothing of the program and touches it only from outside,
over HTTP and SMTP, as they do.
"""

from sandbox.calls import Call
from sandbox.groups import Group
from sandbox.mail.state import Mail
from sandbox.phones import Phone, Tap
from sandbox.sandbox import Bot, Sandbox
from sandbox.seen import Button, Message
from sandbox.texts import Text
from sandbox.waiting import StoryError

__all__ = ["Bot", "Button", "Call", "Group", "Mail", "Message", "Phone", "Sandbox", "StoryError", "Tap", "Text"]
