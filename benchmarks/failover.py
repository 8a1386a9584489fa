"""Failover: from the answer with which one provider refuses for good to the call that reaches the next one.

A coordinator has a linked account and a proved number. Their phone blocks the bot; a case comes in, the page is refused
by Telegram, and a text leaves. Both instants are the stub's. The program runs as ``panah up`` does, with the limits
lifted (a text a second would be the limit of the number, not the program's time).
"""

from __future__ import annotations

import secrets
import time
from typing import TYPE_CHECKING

from alerts.policy.policies import import_policies
from benchmarks.channels import OURS, TOKEN
from benchmarks.children import child
from benchmarks.figures import MILLISECONDS, Row, median_of
from benchmarks.home import Options, throwaway_home
from benchmarks.provider import Bot, provider
from cases.intake import open_report
from contacts.directory import put_contact
from contacts.linking import link_account, make_link_code
from contacts.models import Contact, ContactMethod
from contacts.values import ContactCard, Role
from store.chats import find_or_open_chat

if TYPE_CHECKING:
    from app.wiring import House

GOAL = 1000.0
FIRST_CHAT, FIRST_NUMBER, FIRST_REPORTER = 300_000, 77_000_100_000, 400_000
SETTLE = 0.1
POLICY = """\
policies:
  - name: bench
    needs:
      coordinator:
        - {notify: [{role: coordinator}], channels: [telegram, sms], order: in_turn, gap: 10m, wait: 24h}
"""


def measure(options: Options) -> list[Row]:
    """Milliseconds at the median and at the 99th percentile."""
    with provider() as port:
        runs = [_run(options, port, options.some(60, 3)) for _ in range(options.some(3, 1))]
    what = "refused for good → the next channel's call"
    p50, p99 = median_of(runs, 0.5), median_of(runs, 0.99)
    return [
        Row("failover", f"{what}, p50", p50, "ms", goal=f"≤ {GOAL:g} ms", met=p50 <= GOAL),
        Row("failover", f"{what}, p99", p99, "ms", goal=f"≤ {GOAL:g} ms", met=p99 <= GOAL),
    ]


def _run(options: Options, port: int, samples: int) -> list[float]:
    account = f"AC{secrets.token_hex(16)}"
    bot, twilio = Bot(port), Bot(port, account)
    settings = {
        "TWILIO_ACCOUNT_SID": account,
        "TWILIO_AUTH_TOKEN": TOKEN,
        "TWILIO_API_URL": bot.url,
        "TWILIO_SMS_FROM": OURS,
        "PANAH_SMS_PER_SECOND": "100",
        "PANAH_PUBLIC_URL": "https://panah.example.org",
    }
    with throwaway_home(options, bot, **settings) as home:
        with home.house.store.unit("bench") as unit:
            import_policies(unit, POLICY)
        with child("-m", "benchmarks.node", "worker", "lifted", environment=home.environment, until="ready"):
            return [_sample(home.house, bot, twilio, number) for number in range(samples + 1)][1:]


def _sample(house: House, bot: Bot, twilio: Bot, number: int) -> float:
    chat, telephone = FIRST_CHAT + number, FIRST_NUMBER + number
    _seat(house, chat, f"+{telephone}")
    bot.block(chat)
    with house.store.unit("bench") as unit:
        reporter = find_or_open_chat(unit, "telegram", str(FIRST_REPORTER + number))
        open_report(unit, reporter, language="en", kind="text", content="hello")
    twilio.wait(1, telephone)
    arrived = twilio.journal().first_to(telephone, 0)
    took = (arrived - bot.refused_at(chat)) * MILLISECONDS
    with house.store.unit("bench") as unit:  # the next case is somebody else's
        unit.session.query(Contact).filter(Contact.left_at.is_(None)).update({"left_at": unit.now})
    time.sleep(SETTLE)
    return took


def _seat(house: House, chat: int, telephone: str) -> None:
    """A coordinator with a linked account and a proved number."""
    with house.store.unit("bench") as unit:
        card = ContactCard(f"Aigerim {chat}", Role.COORDINATOR, ("KZ",), ("en",), country="KZ", sms=telephone)
        contact_id = put_contact(unit, card)
        link_account(unit, find_or_open_chat(unit, "telegram", str(chat)), make_link_code(unit, contact_id))
        sms = unit.session.query(ContactMethod).filter_by(contact_id=contact_id, channel="sms").one()
        sms.chat_id, sms.verified_at = find_or_open_chat(unit, "sms", telephone).id, unit.now
