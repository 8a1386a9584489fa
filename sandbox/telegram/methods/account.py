"""What a bot says about itself, and where its webhook is (see `sandbox.telegram.pushing`)."""

import re
from typing import Final

from sandbox.telegram.errors import bad_request
from sandbox.telegram.parameters import Json, Parameters
from sandbox.telegram.state import BotAccount, Webhook, World, is_on_this_machine
from sandbox.telegram.updates import kinds_in

MOST_COMMANDS: Final = 100
SECRET: Final = re.compile(r"[A-Za-z0-9_-]{0,256}")
LONGEST_DESCRIPTION: Final = 512
LONGEST_SHORT_DESCRIPTION: Final = 120


def get_me(_world: World, bot: BotAccount, _given: Parameters) -> Json:
    """The bot itself."""
    return {
        **bot.user.to_json(),
        "can_join_groups": True,
        "can_read_all_group_messages": True,
        "supports_inline_queries": False,
    }


def set_commands(_world: World, bot: BotAccount, given: Parameters) -> Json:
    """The menu of commands, one for each scope and language."""
    commands = given.structure("commands")
    if not isinstance(commands, list) or len(commands) > MOST_COMMANDS:
        raise bad_request("too many commands specified")
    bot.profile[_key("commands", given)] = commands
    return True


def get_commands(_world: World, bot: BotAccount, given: Parameters) -> Json:
    """The menu for exactly this scope and language; empty when none was set."""
    return bot.profile.get(_key("commands", given), [])


def delete_commands(_world: World, bot: BotAccount, given: Parameters) -> Json:
    """Take the menu away."""
    bot.profile.pop(_key("commands", given), None)
    return True


def set_description(_world: World, bot: BotAccount, given: Parameters) -> Json:
    """What an empty chat shows."""
    return _set_text(bot, given, "description", LONGEST_DESCRIPTION)


def get_description(_world: World, bot: BotAccount, given: Parameters) -> Json:
    """What an empty chat shows."""
    return _get_text(bot, given, "description")


def set_short_description(_world: World, bot: BotAccount, given: Parameters) -> Json:
    """What the bot's profile shows."""
    return _set_text(bot, given, "short_description", LONGEST_SHORT_DESCRIPTION)


def get_short_description(_world: World, bot: BotAccount, given: Parameters) -> Json:
    """What the bot's profile shows."""
    return _get_text(bot, given, "short_description")


def set_name(_world: World, bot: BotAccount, given: Parameters) -> Json:
    """The bot's name in a language."""
    return _set_text(bot, given, "name", 64)


def get_name(_world: World, bot: BotAccount, given: Parameters) -> Json:
    """The bot's name in a language."""
    return {"name": bot.profile.get(_key("name", given), bot.user.first_name)}


def set_webhook(_world: World, bot: BotAccount, given: Parameters) -> Json:
    """Remember where updates should be sent; polling is refused from now on. An empty address removes it.

    Unlike the real one, plain http is taken for an address on this machine.
    """
    url = given.text("url")
    if url and not (url.startswith("https://") or is_on_this_machine(url)):
        raise bad_request("bad webhook: An HTTPS URL must be provided for webhook")
    if not SECRET.fullmatch(given.text("secret_token")):
        raise bad_request("secret token contains unallowed characters")
    bot.webhook = Webhook(url, given.text("secret_token"), given.integer("max_connections", 40)) if url else None
    _choose_kinds(bot, given)
    if given.flag("drop_pending_updates"):
        bot.updates.drop_all()
    bot.updates.disturb()
    return True


def delete_webhook(_world: World, bot: BotAccount, given: Parameters) -> Json:
    """Forget it."""
    bot.webhook = None
    if given.flag("drop_pending_updates"):
        bot.updates.drop_all()
    return True


def get_webhook_info(_world: World, bot: BotAccount, _given: Parameters) -> Json:
    """What is remembered, and how much waits."""
    body: dict[str, Json] = {
        "url": bot.webhook.url if bot.webhook else "",
        "has_custom_certificate": False,
        "pending_update_count": len(bot.updates),
    }
    if bot.webhook:
        body["max_connections"] = bot.webhook.max_connections
        if bot.webhook.last_error_at is not None:
            body["last_error_date"] = int(bot.webhook.last_error_at.timestamp())
            body["last_error_message"] = bot.webhook.last_error
    if bot.updates.allowed:
        body["allowed_updates"] = sorted(bot.updates.allowed)
    return body


def _choose_kinds(bot: BotAccount, given: Parameters) -> None:
    if given.has("allowed_updates"):
        bot.updates.allowed = frozenset(kinds_in(given.structure("allowed_updates")))


def _key(what: str, given: Parameters) -> str:
    scope = given.structure("scope") or {}
    return f"{what}|{given.text('language_code')}|{sorted(scope.items()) if isinstance(scope, dict) else ''}"


def _set_text(bot: BotAccount, given: Parameters, what: str, longest: int) -> Json:
    text = given.text(what)
    if len(text) > longest:
        raise bad_request(f"bot {what.replace('_', ' ')} is too long")
    bot.profile[_key(what, given)] = text
    return True


def _get_text(bot: BotAccount, given: Parameters, what: str) -> Json:
    return {what: bot.profile.get(_key(what, given), bot.profile.get(f"{what}||[]", ""))}
