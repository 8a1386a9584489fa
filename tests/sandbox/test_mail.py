"""Mail over real SMTP, by the program's own library."""

import asyncio
import ssl
import time
from collections.abc import Iterator
from email.message import EmailMessage
from urllib.parse import unquote, urlsplit

import aiosmtplib
import pytest

from sandbox import Phone, Sandbox, StoryError
from tests.sandbox.conftest import Clock

DANAS = "dana@example.org"
WORDS = "Тревога: K7M-4TX\n\nPlease open http://localhost:8000/t/abc123, or call us (https://example.org/help)."


@pytest.fixture
def dana(sandbox: Sandbox) -> Phone:
    return sandbox.phone("Dana", role="lawyer", email=DANAS)


def written(*recipients: str, html: str = "") -> EmailMessage:
    mail = EmailMessage()
    mail["From"] = "Panah <alerts@panah.example.org>"
    mail["To"] = ", ".join(recipients or (DANAS,))
    mail["Subject"] = "Дело K7M-4TX нужен адвокат"
    mail["Message-ID"] = "<7@panah.example.org>"
    mail.set_content(WORDS)
    if html:
        mail.add_alternative(html, subtype="html")
    return mail


def post(sandbox: Sandbox, mail: EmailMessage | None = None, **options: object) -> None:
    """Hand a mail to the server as the program does."""
    address = urlsplit(sandbox.smtp_url)
    asyncio.run(
        aiosmtplib.send(
            mail or written(),
            **{  # type: ignore[arg-type]  # options a test replaces
                "hostname": address.hostname,
                "port": address.port,
                "username": unquote(address.username) if address.username else None,
                "password": unquote(address.password) if address.password else None,
                "timeout": 5,
                **options,
            },
        )
    )


def code_of(sandbox: Sandbox) -> int:
    """The code with which a mail is refused."""
    with pytest.raises(aiosmtplib.SMTPException) as refused:
        post(sandbox)
    error = refused.value
    if isinstance(error, aiosmtplib.SMTPRecipientsRefused):
        error = error.recipients[0]
    assert isinstance(error, aiosmtplib.SMTPResponseException)
    return int(error.code)


def test_a_mail_is_read_as_a_person_would(sandbox: Sandbox, clock: Clock, dana: Phone) -> None:
    post(sandbox)
    mail = dana.gets_mail("K7M-4TX")
    assert mail.subject == "Дело K7M-4TX нужен адвокат"
    assert mail.text == WORDS
    assert mail.links == ("http://localhost:8000/t/abc123", "https://example.org/help")
    assert (mail.sender, mail.recipient, mail.at) == ("alerts@panah.example.org", DANAS, clock.now())
    assert mail.headers["message-id"] == "<7@panah.example.org>"
    assert mail.raw.startswith(b"From: Panah")


def test_a_mail_in_html_has_words_and_links_too(sandbox: Sandbox, dana: Phone) -> None:
    mail = EmailMessage()
    mail["Subject"] = "K7M"
    mail["To"] = DANAS
    mail.set_content(
        "<style>p {}</style><p>Please <a href='https://example.org/t/1'>open</a></p><p>now</p>", subtype="html"
    )
    post(sandbox, mail, sender="alerts@panah.example.org")
    seen = dana.gets_mail("open")
    assert seen.text == "Please open\nnow"
    assert seen.links == ("https://example.org/t/1",)
    post(sandbox, written(html="<a href='https://example.org/t/2'>x</a>"))
    assert dana.gets_mail("Тревога").links[-1] == "https://example.org/t/2"


def test_everybody_has_a_mailbox(sandbox: Sandbox, dana: Phone) -> None:
    timur = sandbox.phone("Timur", email="Timur@Example.org", telegram=False)
    post(sandbox, written(DANAS, "timur@example.org", "nobody@example.org"))
    assert dana.gets_mail("K7M").number == 1
    assert timur.gets_mail("K7M").number == 2
    assert len(sandbox.mail.mails()) == 3
    first = dana.gets_mail("K7M")
    with pytest.raises(StoryError, match="a mail 'K7M'"):
        dana.gets_mail("K7M", after=first, timeout=0.05)


def test_an_address_can_be_refused(sandbox: Sandbox, dana: Phone) -> None:
    with sandbox.mail.faults.rejects(DANAS.upper()):
        assert code_of(sandbox) == 550
        post(sandbox, written("timur@example.org"))
    sandbox.mail.faults.greylists(DANAS)
    assert code_of(sandbox) == 451
    assert dana.mails == []
    post(sandbox)
    dana.gets_mail("K7M")


def test_the_mail_can_be_refused(sandbox: Sandbox, dana: Phone) -> None:
    sandbox.mail.faults.refuses_mail(times=1)
    assert code_of(sandbox) == 554
    assert dana.mails == []


def test_an_outage_breaks_every_connection(sandbox: Sandbox, dana: Phone) -> None:
    with sandbox.mail.faults.outage():
        with pytest.raises((aiosmtplib.SMTPServerDisconnected, aiosmtplib.SMTPConnectError, OSError)):
            post(sandbox)
        assert sandbox.mail.faults.is_out
    post(sandbox)
    assert len(dana.mails) == 1


@pytest.mark.parametrize("accepted", [True, False])
def test_a_connection_that_breaks_before_the_reply(sandbox: Sandbox, dana: Phone, *, accepted: bool) -> None:
    sandbox.mail.faults.drops_after_data(accepted=accepted, times=1)
    with pytest.raises((aiosmtplib.SMTPServerDisconnected, OSError)):
        post(sandbox)
    assert len(dana.mails) == int(accepted)


@pytest.mark.parametrize("accepted", [True, False])
def test_a_reply_that_never_comes(sandbox: Sandbox, dana: Phone, *, accepted: bool) -> None:
    sandbox.mail.faults.never_answers(accepted=accepted)
    with pytest.raises(aiosmtplib.SMTPTimeoutError):
        post(sandbox, timeout=0.3)
    assert len(dana.mails) == int(accepted)
    began = time.monotonic()
    sandbox.stop()
    assert time.monotonic() - began < 2


def test_slowness_and_a_good_day_again(sandbox: Sandbox, dana: Phone) -> None:
    sandbox.mail.faults.slow(0.2)
    began = time.monotonic()
    post(sandbox)
    assert time.monotonic() - began >= 0.2
    sandbox.mail.faults.rejects()
    sandbox.mail.faults.all_off()
    post(sandbox)
    assert len(dana.mails) == 2


@pytest.fixture
def guarded() -> Iterator[Sandbox]:
    """A server that wants TLS and a password."""
    with Sandbox(mail_login=("panah", "p@ss/word"), mail_starttls=True) as sandbox:
        yield sandbox


def test_a_server_may_want_tls_and_a_password(guarded: Sandbox) -> None:
    url = guarded.smtp_url
    trust = ssl.create_default_context(cadata=guarded.mail.certificate)
    post(guarded, tls_context=trust)
    assert len(guarded.mail.mails()) == 1
    assert url.startswith("smtp://panah:p%40ss%2Fword@127.0.0.1:")
    with pytest.raises(ssl.SSLCertVerificationError):
        post(guarded)
    with pytest.raises(aiosmtplib.SMTPAuthenticationError):
        post(guarded, tls_context=trust, password="guessed")
    with pytest.raises(aiosmtplib.SMTPException):
        post(guarded, start_tls=False, username=None)
    assert len(guarded.mail.mails()) == 1


def test_a_password_may_be_wanted_without_tls() -> None:
    with Sandbox(mail_login=("panah", "secret")) as sandbox:
        post(sandbox)
        with pytest.raises(aiosmtplib.SMTPException):
            post(sandbox, username=None)
        with pytest.raises(aiosmtplib.SMTPAuthenticationError):
            post(sandbox, password="guessed")
        assert len(sandbox.mail.mails()) == 1


def test_nobody_listens_before_the_start() -> None:
    with pytest.raises(RuntimeError, match="start"):
        _ = Sandbox().smtp_url
