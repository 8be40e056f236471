"""The digest by e-mail, against a mail server on loopback: what arrives, what is refused, what never leaves."""

from __future__ import annotations

import socketserver
import threading
from collections.abc import Iterator
from datetime import UTC, date, datetime
from email import message_from_bytes, policy
from email.message import EmailMessage

import pytest

from register.change_kinds import Change
from register.digest import Digest, Period, arrange
from register.mail import MailProblem, compose, post_of, send
from register.settings import read_settings

SENT = datetime(2025, 7, 1, 5, 30, tzinfo=UTC)


class Server(socketserver.ThreadingTCPServer):
    """A mail server that takes every message, except for recipients at ``refuse.example``."""

    daemon_threads = True
    allow_reuse_address = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Talk)
        self.taken: list[bytes] = []
        self.said: list[str] = []

    @property
    def port(self) -> int:
        return self.server_address[1]


class Talk(socketserver.StreamRequestHandler):
    """One conversation in SMTP (RFC 5321), as far as a digest needs it."""

    server: Server

    def handle(self) -> None:
        self.answer("220 loopback")
        while line := self.rfile.readline().decode().rstrip("\r\n"):
            self.server.said.append(line)
            verb = line.split(" ")[0].upper()
            if verb == "DATA":
                self.answer("354 go on")
                body = b""
                while (part := self.rfile.readline()) != b".\r\n":
                    body += part.removeprefix(b".") if part.startswith(b"..") else part
                self.server.taken.append(body)
            if verb == "QUIT":
                self.answer("221 bye")
                return
            self.answer("550 nobody here" if "@refuse.example" in line and verb == "RCPT" else "250 fine")

    def answer(self, text: str) -> None:
        self.wfile.write(f"{text}\r\n".encode())


@pytest.fixture
def server() -> Iterator[Server]:
    with Server() as running:
        threading.Thread(target=running.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        yield running
        running.shutdown()


@pytest.fixture
def configured(monkeypatch: pytest.MonkeyPatch, tmp_path):
    """Mail settings as in the environment; none but the given."""
    monkeypatch.chdir(tmp_path)

    def configure(
        url: str | None, to: str | None = "planning@council.example", sender: str | None = "me@longstop.example"
    ):
        for name, value in (("SMTP_URL", url), ("MAIL_TO", to), ("MAIL_FROM", sender)):
            monkeypatch.setenv(f"LONGSTOP_{name}", value or "")
        return read_settings()

    return configure


def a_digest() -> Digest:
    change = Change(
        "dormant", "exercise:EX-001", "Café <House> (exercise:EX-001)", "dormant.", date(2025, 6, 1), 2,
        authority="E08000004", authority_name="Oldham",
    )  # fmt: skip
    period = Period((), date(2025, 5, 31), date(2025, 6, 30), ("a" * 64, "b" * 64))
    return arrange([period], [change], invented=True)


def arrived(server: Server) -> EmailMessage:
    (raw,) = server.taken
    message = message_from_bytes(raw, policy=policy.default)
    assert isinstance(message, EmailMessage)
    return message


def test_mail_is_off_where_nothing_is_set(configured):
    assert post_of(configured(None, None, None)) is None


def test_the_digest_arrives_as_text_and_as_a_page(configured, server):
    post = post_of(configured(f"smtp://127.0.0.1:{server.port}", "a@council.example, Planning <b@council.example>"))
    send(compose(a_digest(), post, SENT), post)
    message = arrived(server)
    assert message["Subject"] == (
        "INVENTED, an exercise: What changed in the register of care homes: 1 change to 30 June 2025"
    )
    assert (message["To"], message["From"]) == ("a@council.example, b@council.example", "me@longstop.example")
    assert "Café <House>" in message.get_body(("plain",)).get_content()
    assert "Café &lt;House&gt;" in message.get_body(("html",)).get_content()
    assert [line for line in server.said if line.startswith("rcpt")] == [
        "rcpt TO:<a@council.example>", "rcpt TO:<b@council.example>",
    ]  # fmt: skip


def test_the_same_digest_is_the_same_message(configured):
    post = post_of(configured("smtp://127.0.0.1:25"))
    ids = {compose(a_digest(), post, moment)["Message-ID"] for moment in (SENT, SENT.replace(hour=6))}
    assert len(ids) == 1


def test_a_password_goes_to_no_server_without_tls(configured, server, monkeypatch):
    import socket

    here = socket.getaddrinfo("127.0.0.1", server.port, type=socket.SOCK_STREAM)
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: here)  # mail.example is this machine
    post = post_of(configured(f"smtp://me:s3cret-word@mail.example:{server.port}"))
    with pytest.raises(MailProblem, match="offers no TLS: the password was not sent") as problem:
        send(compose(a_digest(), post, SENT), post)
    assert not server.taken and not any("AUTH" in line.upper() for line in server.said)
    assert "s3cret" not in str(problem.value) + repr(post)


def test_a_refused_recipient_is_named_and_the_others_get_the_mail(configured, server):
    post = post_of(configured(f"smtp://127.0.0.1:{server.port}", "a@council.example,b@refuse.example"))
    with pytest.raises(MailProblem, match=r"refused b@refuse\.example"):
        send(compose(a_digest(), post, SENT), post)
    assert len(server.taken) == 1


def test_a_server_that_is_not_there_is_named(configured, server):
    port = server.port
    server.shutdown()
    server.server_close()
    post = post_of(configured(f"smtp://127.0.0.1:{port}"))
    with pytest.raises(MailProblem, match=rf"127\.0\.0\.1:{port} did not take the mail"):
        send(compose(a_digest(), post, SENT), post)


@pytest.mark.parametrize(
    ("url", "to", "sender", "says"),
    [
        ("smtp://h", None, "me@x.example", "LONGSTOP_MAIL_TO: not set"),
        (None, "a@x.example", "me@x.example", "LONGSTOP_SMTP_URL: not set"),
        ("http://h", "a@x.example", "me@x.example", "LONGSTOP_SMTP_URL: write"),
        ("smtp://h:port", "a@x.example", "me@x.example", "LONGSTOP_SMTP_URL: write"),
        ("smtp://h", "nobody", "me@x.example", "LONGSTOP_MAIL_TO: write addresses"),
        ("smtp://h", "a@x.example\nBcc: b@x.example", "me@x.example", "LONGSTOP_MAIL_TO: write addresses"),
        ("smtp://h", "a@x.example", "me@x.example, you@x.example", "LONGSTOP_MAIL_FROM: write one"),
    ],
)
def test_settings_that_cannot_be_used_are_named(configured, url, to, sender, says):
    with pytest.raises(MailProblem, match=says):
        post_of(configured(url, to, sender))


def test_the_password_is_masked_where_settings_are_shown(configured):
    shown = {row.name: row.value for row in configured("smtp://me:s3cret-word@mail.example").effective()}
    assert "s3cret" not in shown["LONGSTOP_SMTP_URL"] and "mail.example" in shown["LONGSTOP_SMTP_URL"]
