"""The page behind a link in an e-mail or a one-way text: looking at it answers nothing, pressing a button does.

Mail scanners open every link. So a look changes nothing, and a yes is provisional: whoever reads the mailbox may not be
whom we wrote to.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from flask import Blueprint, render_template, request

from alerts.answering.answers import find_link, settle_answer, settle_test
from alerts.search.acks import Ack
from contacts.verification import prove_by_link
from web.words import FALLBACK_LANGUAGE, Words

if TYPE_CHECKING:
    from store.unit_of_work import Store

Answer = tuple[str, int]
ANSWERS: Final = frozenset({"accept", "decline"})
WORDS = {
    Ack.YOURS: "web.answer_yours",
    Ack.HELD: "web.answer_held",
    Ack.HELD_BEFORE: "web.answer_held",
    Ack.DECLINED: "web.answer_declined",
    Ack.TAKEN: "web.answer_taken",
    Ack.CLOSED: "web.answer_settled",
    Ack.NOT_ASKED: "web.answer_settled",
    Ack.NOTED: "web.answer_noted",
    Ack.GIVEN_BACK: "web.answer_given_back",
    Ack.NOT_YOURS: "web.answer_settled",
}


def answer_pages(store: Store, zone: str) -> Blueprint:
    """Build the routes of an answer link: look (GET) and answer (POST)."""
    pages = Blueprint("answer_link", __name__)

    def message(language: str, key: str, status: int = 200) -> Answer:
        return _message(language, zone, key, status)

    @pages.get("/answer/<token>")
    def look(token: str) -> Answer:
        """Show the code and two buttons; link previews and mail scanners answer nothing."""
        with store.read() as unit:
            link = find_link(unit, token)
            if link is None:
                return message(FALLBACK_LANGUAGE, "web.link_invalid", 404)
            if not link.is_open:
                return message(link.language, "web.answer_settled" if link.test_id is None else "web.shift_confirmed")
            words = Words(link.language, zone)
            code = link.row.values.get("codes") or link.row.values.get("code", "")
        if link.test_id is not None:
            return render_template("shift.html", token=token, **words.in_templates()), 200
        return render_template("answer.html", code=code, token=token, reminds=link.reminds, **words.in_templates()), 200

    @pages.post("/answer/<token>")
    def answer(token: str) -> Answer:
        """Hold or decline what was asked for; a press that says neither is asked once more, and is no no."""
        said = request.form.get("answer")
        with store.unit("web") as unit:
            link = find_link(unit, token)
            if link is None:
                return message(FALLBACK_LANGUAGE, "web.link_invalid", 404)
            if link.test_id is not None:
                settle_test(unit, link.test_id, link.contact, confirms=True)
                return message(link.language, "web.shift_confirmed")
            answered = (
                None
                if said not in ANSWERS
                else settle_answer(unit, link.row, link.contact, accepts=said == "accept", proved=False)
            )
        return look(token) if answered is None else message(link.language, WORDS[answered.ack])

    return pages


def proof_pages(store: Store, zone: str) -> Blueprint:
    """Build the routes of a link that proves an address: look (GET) and prove (POST)."""
    pages = Blueprint("proof_link", __name__)

    @pages.get("/prove/<token>")
    def look_at_proof(token: str) -> Answer:
        """Show a button that proves an address; opening the page proves nothing."""
        return render_template("prove.html", token=token, **Words(FALLBACK_LANGUAGE, zone).in_templates()), 200

    @pages.post("/prove/<token>")
    def proof(token: str) -> Answer:
        """Prove the address the link was sent to."""
        with store.unit("web") as unit:
            proved = prove_by_link(unit, token)
        key, status = ("web.proved", 200) if proved else ("web.link_invalid", 404)
        return _message(FALLBACK_LANGUAGE, zone, key, status)

    return pages


def _message(language: str, zone: str, key: str, status: int) -> Answer:
    return render_template("message.html", key=key, **Words(language, zone).in_templates()), status
