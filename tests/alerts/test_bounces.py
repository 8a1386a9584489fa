"""Mail that says that mail was not delivered."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts.channels.email.bounces import LARGEST, read_bounce
from alerts.channels.port import Arrival

HEADERS = "From: panah@example.org\r\nMessage-ID: <r1@example.org>\r\nSubject: Panah\r\n"


def report(
    *recipients: str, envelope_id: str = "", returned: str = HEADERS, returned_as: str = "text/rfc822-headers"
) -> bytes:
    """A report as RFC 3464 writes it."""
    about = f"Reporting-MTA: dns; mail.example.org\r\n{envelope_id}"
    status = "\r\n".join([about, *recipients])
    parts = {"text/plain": "It was not delivered.\r\n", "message/delivery-status": status, returned_as: returned}
    body = "".join(f"--b\r\nContent-Type: {kind}\r\n\r\n{text}\r\n" for kind, text in parts.items())
    return (
        "From: MAILER-DAEMON@example.org\r\nTo: panah@example.org\r\nMIME-Version: 1.0\r\n"
        'Content-Type: multipart/report; report-type=delivery-status; boundary="b"\r\n\r\n'
        f"{body}--b--\r\n"
    ).encode(errors="replace")


def recipient(action: str, status: str, diagnostic: str = "") -> str:
    fields = f"Final-Recipient: rfc822; gulnar@example.org\r\nAction: {action}\r\nStatus: {status}\r\n"
    return fields + (f"Diagnostic-Code: {diagnostic}\r\n" if diagnostic else "")


@pytest.mark.parametrize(
    ("block", "arrival", "code", "gone"),
    [
        (recipient("failed", "5.1.1", "smtp; 550 5.1.1 no such user"), Arrival.FAILED_PERMANENT, "no_mailbox", True),
        (recipient("Failed", "5.1.1 (bad mailbox)"), Arrival.FAILED_PERMANENT, "no_mailbox", True),
        (recipient("failed", "5.0.0", "smtp; 550 rejected"), Arrival.FAILED_PERMANENT, "refused", False),
        (recipient("failed", "5.2.2", "smtp; 552 5.2.2 full"), Arrival.FAILED_TEMPORARY, "mailbox_full", False),
        (recipient("failed", "4.4.7"), Arrival.FAILED_TEMPORARY, "try_later", False),
        (recipient("failed", "5.4.7"), Arrival.FAILED_TEMPORARY, "expired", False),
        (recipient("failed", "5.7.1"), Arrival.FAILED_PERMANENT, "policy", False),
        (recipient("failed", "nonsense"), Arrival.FAILED_TEMPORARY, "unknown_refusal", False),
        (recipient("delayed", "4.4.1"), Arrival.UNDER_WAY, "", False),
        (recipient("relayed", "2.1.9"), Arrival.SENT, "", False),
        (recipient("delivered", "2.0.0"), Arrival.SENT, "", False),
    ],
)
def test_what_became_of_it_is_read(block: str, arrival: Arrival, code: str, gone: bool) -> None:
    bounce = read_bounce(report(block))
    assert bounce is not None
    assert bounce.reference == "r1"
    assert (bounce.report.arrival, bounce.report.code, bounce.report.recipient_gone) == (arrival, code, gone)


@pytest.mark.parametrize(
    "raw",
    [
        report(recipient("failed", "5.1.1"), envelope_id="Original-Envelope-Id: r1\r\n", returned=""),
        report(recipient("failed", "5.1.1"), returned=HEADERS.upper().replace("R1@", "r1@")),
        report(recipient("failed", "5.1.1"), returned=HEADERS + "\r\nNEW K7M-4TX\r\n", returned_as="message/rfc822"),
        report(recipient("failed", "5.1.1"), envelope_id="Original-Envelope-Id: another+2B thing\r\n"),
    ],
)
def test_whatever_came_back_says_which_message_it_is_about(raw: bytes) -> None:
    bounce = read_bounce(raw)
    assert bounce is not None
    assert bounce.reference == "r1"


def test_of_several_recipients_the_worst_is_told() -> None:
    bounce = read_bounce(report(recipient("relayed", "2.0.0"), recipient("failed", "5.1.1")))
    assert bounce is not None
    assert bounce.report.arrival is Arrival.FAILED_PERMANENT


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"Subject: Out of office\r\n\r\nI am away.\r\n",
        b"Subject: Mail delivery failed\r\n\r\n<r1@example.org> could not be delivered.\r\n",
        report(),
        report(recipient("failed", "5.1.1"), returned="Message-ID: nonsense\r\n"),
        report(recipient("vanished", "5.1.1")),
        report(recipient("failed", "5.1.1")) + b" " * LARGEST,
        b'Content-Type: multipart/report; boundary="b"\r\n\r\n--b\r\nContent-Type: message/delivery-status\r\n',
    ],
)
def test_other_mail_is_none(raw: bytes) -> None:
    assert read_bounce(raw) is None


@given(st.binary())
def test_anything_may_come_in(raw: bytes) -> None:
    read_bounce(raw)
    read_bounce(b'MIME-Version: 1.0\r\nContent-Type: multipart/report; boundary="b"\r\n\r\n--b\r\n' + raw)


@given(st.text(), st.text(), st.text(), st.text())
def test_no_report_makes_a_message_arrive(action: str, status: str, returned: str, envelope_id: str) -> None:
    block = recipient(action, status)
    raw = report(block, returned=returned, envelope_id=f"Original-Envelope-Id: {envelope_id}\r\n")
    bounce = read_bounce(raw)
    assert bounce is None or bounce.report.arrival not in {Arrival.DELIVERED, Arrival.READ}
