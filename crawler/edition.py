"""Which edition of a file was last read, so that one that has not changed is neither sent nor read again.

A server that keeps ETags or dates answers 304 and sends nothing; of another the file comes, and is told to be the same
by its SHA-256. Neither is believed for ever: a server may say "not modified" of a file that was, and so every file is
read afresh once a month, by a reader that has changed since, and with ``--full``.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable

import msgspec
from scrapy.http import Response

from crawler.downloads import Download

#: An edition is believed to be the newest for as long; then the file is asked for without a condition.
BELIEVED_FOR = timedelta(days=31)
#: What can be sent back. Longer marks are none, and ``*`` as an ETag would ask for nothing ever.
_ENTITY_TAG, _PRINTABLE = re.compile(r'(?:W/)?"[!#-~]{0,500}"'), re.compile(r"[ -~]{1,500}")


class Edition(msgspec.Struct, frozen=True, omit_defaults=True):
    """A file as it was read whole on a day, by a reader (see ``reader_mark``): its digest and its server's marks."""

    sha256: str
    reader: str
    read_on: date
    etag: str | None = None
    modified: str | None = None

    @property
    def headers(self) -> dict[str, str]:
        """What asks for the file only if it has changed."""
        asked = {"If-None-Match": self.etag, "If-Modified-Since": self.modified}
        return {name: value for name, value in asked.items() if value}

    @property
    def mark(self) -> str | None:
        """The mark by which its server tells it from others: an ETag counts before a date."""
        return self.etag or self.modified

    def describes(self, response: Response, download: Download) -> bool:
        """Whether an answer says, or shows, that the file is still this edition. 304 counts only where we asked."""
        if response.status == 304:
            return bool(self.headers)
        return response.status == 200 and download.sha256 == self.sha256


def edition_of(
    response: Response, download: Download, reader: str, today: date, *, before: Edition | None = None
) -> Edition:
    """The edition that an answer is.

    ``before`` is the one read last. Where both bear one mark and are not the same file, the mark says nothing (or one
    of the two was damaged on its way): then the next night asks for the file without a condition.
    """
    found = Edition(
        sha256=download.sha256,
        reader=reader,
        read_on=today,
        etag=_validator(response, "ETag", _ENTITY_TAG),
        modified=_validator(response, "Last-Modified", _PRINTABLE),
    )
    if before is not None and before.sha256 != found.sha256 and before.mark == found.mark:
        return Edition(sha256=found.sha256, reader=reader, read_on=today)
    return found


def edition_held(kept: str | None, reader: str, today: date) -> Edition | None:
    """The edition in a bookmark; ``None`` for none, another reader's, one read too long ago or on a day to come."""
    try:
        edition = msgspec.json.decode(kept or "", type=Edition)
    except (msgspec.DecodeError, msgspec.ValidationError):
        return None
    return edition if edition.reader == reader and timedelta() <= today - edition.read_on <= BELIEVED_FOR else None


def reader_mark(wanted: Iterable[str] = ()) -> str:
    """What the reading of a file depends on besides the file: this package's own text, and what is ``wanted`` of it."""
    total = hashlib.sha256(_own_text().encode())
    for one in sorted(wanted):
        total.update(f"{one}\n".encode())
    return total.hexdigest()[:24]


@cache
def _own_text() -> str:
    """SHA-256 of the crawler's modules and of the sources' facts: a reader that was put right reads again."""
    total = hashlib.sha256()
    for entry in sorted(_walk(files("crawler")), key=lambda one: one.name):
        total.update(entry.read_bytes())
    return total.hexdigest()


def _walk(folder: Traversable) -> Iterator[Traversable]:
    for entry in folder.iterdir():
        if entry.is_dir():
            yield from _walk(entry)
        elif entry.name.endswith((".py", ".yml")):
            yield entry


def _validator(response: Response, name: str, form: re.Pattern[str]) -> str | None:
    """A header of an answer, where it is one that can be sent back as it came."""
    value = (response.headers.get(name) or b"").decode("latin-1").strip()
    return value if form.fullmatch(value) else None
