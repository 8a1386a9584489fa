"""The baseline of the first row: a handler as python-telegram-bot's own documentation would have one write it.

``python -m benchmarks.bare_bot URL TOKEN``. It remembers nothing, and answers at once.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from telegram.ext import ApplicationBuilder, ContextTypes, MessageHandler, filters

if TYPE_CHECKING:
    from telegram import Update


async def reply(update: Update, _: ContextTypes.DEFAULT_TYPE) -> None:
    """Answer whatever comes."""
    if update.message is not None:
        await update.message.reply_text("We have your message.")


def main(url: str, token: str) -> None:
    """Poll until SIGTERM."""
    application = ApplicationBuilder().token(token).base_url(f"{url}/bot").build()
    application.add_handler(MessageHandler(filters.ALL, reply))
    print("ready", flush=True)  # noqa: T201  says when
    application.run_polling()


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2])
