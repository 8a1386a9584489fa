"""The command ``panah``: what holds for every command, and where each is found."""

from __future__ import annotations

import os

import click

from app.commands import retention_commands
from app.commands.account import account
from app.commands.audit import audit
from app.commands.backup import backup, restore
from app.commands.bench import bench
from app.commands.bot import bot
from app.commands.cards import cards
from app.commands.case import case
from app.commands.contacts import contacts
from app.commands.deliveries import deliveries
from app.commands.docket import deadlines, event
from app.commands.doctor import doctor
from app.commands.drill import drill
from app.commands.home import demo, init, migrate, up, version
from app.commands.key import key
from app.commands.law import law
from app.commands.lock import lock, unlock, wipe
from app.commands.papers import papers
from app.commands.parked import parked
from app.commands.policy import policy
from app.commands.registry import registry
from app.commands.replay import replay
from app.commands.roster import roster
from app.logs import set_up_logs

NOBODY_ELSE = 0o077


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
def main() -> None:
    """Panah: deportation-risk alerts and rapid response.

    The launcher ./panah also knows `test`, which runs every check and every test.
    """
    os.umask(NOBODY_ELSE)  # whatever is written from here on, only this user can read
    set_up_logs()


retention_commands.under(case)

for command in (
    init,
    up,
    demo,
    doctor,
    case,
    contacts,
    account,
    policy,
    registry,
    roster,
    audit,
    bot,
    deadlines,
    law,
    deliveries,
    event,
    papers,
    parked,
    replay,
    drill,
    migrate,
    version,
    bench,
    cards,
    backup,
    restore,
    key,
    lock,
    unlock,
    wipe,
):
    main.add_command(command)


if __name__ == "__main__":
    main(prog_name="panah")
