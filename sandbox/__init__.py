"""A local Telegram with phones to look at: the whole program can be played with and tested without an account.

It knows nothing of the program and touches it only from outside, over HTTP, as Telegram does.
"""

from sandbox.groups import Group
from sandbox.phones import Phone, Tap
from sandbox.sandbox import Bot, Sandbox
from sandbox.seen import Button, Message
from sandbox.waiting import StoryError

__all__ = ["Bot", "Button", "Group", "Message", "Phone", "Sandbox", "StoryError", "Tap"]
