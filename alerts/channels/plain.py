"""What a message says where there are no buttons."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from alerts.channels.port import Outgoing


def text_with_links(message: Outgoing) -> str:
    """Return the text and, below it, each link with its label. Buttons that carry data cannot be shown.

    Everything in it can be encoded: a lone surrogate, which no encoding has, is replaced.
    """
    links = [f"{button.label}:\n{button.url}" for row in message.keyboard for button in row if button.url is not None]
    return "\n\n".join([message.text, *links]).encode(errors="replace").decode()
