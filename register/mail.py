"""The digest by e-mail: a plain-text message with the page as its alternative, over the user's own SMTP server.

Off unless ``LONGSTOP_SMTP_URL``, ``LONGSTOP_MAIL_FROM`` and ``LONGSTOP_MAIL_TO`` are set. The address is
``smtp://[user:password@]host[:port]`` (STARTTLS where the server offers it) or ``smtps://…`` (TLS from the start).
"""

from __future__ import annotations

import smtplib
import ssl
from dataclasses import dataclass, field
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime, getaddresses
from urllib.parse import SplitResult, unquote, urlsplit
from uuid import NAMESPACE_URL, uuid5

from register.change_kinds import in_words
from register.digest import TITLE, Digest, as_text
from register.digest_pages import as_html
from register.settings import Settings

#: Seconds to wait for a mail server that says nothing.
PATIENCE = 30
_LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})


class MailProblem(RuntimeError):
    """A message that could not be written or sent. The sentence names the setting or the server, never a password."""


@dataclass(frozen=True, slots=True)
class Post:
    """Where mail is handed in, from whom it comes and to whom it goes."""

    server: SplitResult = field(repr=False)
    sender: str
    recipients: tuple[str, ...]


def post_of(settings: Settings) -> Post | None:
    """The mail settings; ``None`` where none is set. Raises MailProblem for a part of them or an unusable one."""
    given = {
        "LONGSTOP_SMTP_URL": settings.smtp_url,
        "LONGSTOP_MAIL_FROM": settings.mail_from,
        "LONGSTOP_MAIL_TO": settings.mail_to,
    }
    if not any(given.values()):
        return None
    missing = [name for name, value in given.items() if not value]
    if missing:
        raise MailProblem(f"{' and '.join(missing)}: not set; mail needs {', '.join(given)}")
    try:
        server = urlsplit(settings.smtp_url or "")
        usable = server.scheme in ("smtp", "smtps") and bool(server.hostname) and server.port != 0
    except ValueError:
        usable = False
    if not usable:
        raise MailProblem(
            "LONGSTOP_SMTP_URL: write smtp://host:587 or smtps://host:465, with user:password@ if need be"
        )
    sender = _addresses("LONGSTOP_MAIL_FROM", settings.mail_from or "")
    if len(sender) != 1:
        raise MailProblem("LONGSTOP_MAIL_FROM: write one address")
    return Post(server, sender[0], _addresses("LONGSTOP_MAIL_TO", settings.mail_to or ""))


def _addresses(name: str, text: str) -> tuple[str, ...]:
    """Addresses parted by commas. Raises MailProblem naming the setting."""
    found = tuple(address for _, address in getaddresses([text])) if text.isprintable() else ()
    try:
        for address in found:
            if not Address(addr_spec=address).domain:
                raise ValueError(address)
    except (ValueError, IndexError):
        found = ()
    if not found:
        raise MailProblem(f"{name}: write addresses such as planning@council.example, parted by commas")
    return found


def compose(digest: Digest, post: Post, sent: datetime) -> EmailMessage:
    """The message, with the digest as text and as a page. ``sent`` (with a zone) is the entry point's clock."""
    text = as_text(digest)
    newest = max((period.on for period in digest.periods), default=None)
    count = len(digest.changes)
    message = EmailMessage()
    invented = "INVENTED, an exercise: " if digest.invented else ""
    what = "nothing" if not count else "1 change" if count == 1 else f"{count:,} changes"
    message["Subject"] = f"{invented}{TITLE}: {what}{f' to {in_words(newest)}' if newest else ''}"
    message["From"] = post.sender
    message["To"] = ", ".join(post.recipients)
    message["Date"] = format_datetime(sent)
    # The same digest sent twice is one message to a mail program.
    message["Message-ID"] = f"<{uuid5(NAMESPACE_URL, text)}@{post.sender.rpartition('@')[2]}>"
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(text)
    message.add_alternative(as_html(digest), subtype="html")
    return message


def send(message: EmailMessage, post: Post) -> None:
    """Hand the message in. Raises MailProblem naming server and cause; a password is never sent in the clear, except
    to this machine itself."""
    server = post.server
    host, tls = server.hostname or "", server.scheme == "smtps"
    port = server.port or (465 if tls else 587)
    try:
        context = ssl.create_default_context()
        connection: smtplib.SMTP
        if tls:
            connection = smtplib.SMTP_SSL(host, port, timeout=PATIENCE, context=context)
        else:
            connection = smtplib.SMTP(host, port, timeout=PATIENCE)
        with connection:
            connection.ehlo()
            if not tls and connection.has_extn("starttls"):
                connection.starttls(context=context)
                connection.ehlo()
                tls = True
            if server.username:
                if not tls and host not in _LOOPBACK:
                    raise MailProblem(
                        f"{host}:{port} offers no TLS: the password was not sent, and neither was the mail"
                    )
                connection.login(unquote(server.username), unquote(server.password or ""))
            refused = connection.send_message(message, post.sender, list(post.recipients))
    except (OSError, smtplib.SMTPException) as problem:
        raise MailProblem(f"{host}:{port} did not take the mail ({_cause(problem)})") from problem
    if refused:
        raise MailProblem(f"{host}:{port} refused {', '.join(sorted(refused))}; the others were sent the mail")


def _cause(problem: Exception) -> str:
    """What a mail server or the network said, on one line."""
    if isinstance(problem, smtplib.SMTPResponseException):
        said = problem.smtp_error
        words = said.decode("utf-8", "replace") if isinstance(said, bytes) else said
        return " ".join(f"{problem.smtp_code} {words}".split())
    return " ".join(str(problem).split()) or type(problem).__name__
