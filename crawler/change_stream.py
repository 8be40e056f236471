"""Companies House's streams of changes: one JSON object a line, and a blank line where there is nothing new.

What an event says of a company is not taken from it: it names what has changed, and that is then asked for. So an
event that comes twice, or late, does no harm.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from crawler.reading import json_object
from crawler.tables import SourceChanged
from register.identifiers import BadIdentifier, company_number

#: The streams that are read, and the part of a company that each tells of (``profile`` is the company itself).
STREAMS: Mapping[str, str] = {
    "companies": "profile",
    "officers": "officers",
    "persons-with-significant-control": "persons-with-significant-control",
    "charges": "charges",
    "insolvency-cases": "insolvency",
    "persons-with-significant-control-statements": "persons-with-significant-control-statements",
    "company-exemptions": "exemptions",
}
#: Streams that are in Companies House's specifications and not on every server of its streams: none is no trouble.
LATER = frozenset({"persons-with-significant-control-statements", "company-exemptions"})
#: No event is so long; what has no end of line before this is no stream of lines.
LONGEST_LINE = 8 * 1024**2


@dataclass(frozen=True, slots=True)
class Change:
    """One event: which company (``gb-coh:…``), which of its records, and whether that was taken off the register."""

    company: str
    resource: str
    timepoint: int
    deleted: bool


class StreamLines:
    """A stream as it comes, in pieces of any length: its ``lines`` so far, and its ``size`` in bytes.

    ``caught_up``: a blank line has come since the last event.
    """

    def __init__(self) -> None:
        self.lines: list[bytes] = []
        self.caught_up = False
        self.size = 0
        self._rest = b""

    def feed(self, piece: bytes) -> None:
        """Take the next piece. Raises SourceChanged for a line that has no end."""
        self.size += len(piece)
        *whole, self._rest = (self._rest + piece).split(b"\n")
        for line in whole:
            if line.strip():
                self.lines.append(line)
                self.caught_up = False
            else:
                self.caught_up = True
        if len(self._rest) > LONGEST_LINE:
            raise SourceChanged("a line has no end: this is no stream of events")


def change_of(line: bytes) -> Change:
    """What an event says. Raises SourceChanged for a line that is none."""
    fields = json_object(line, "the event")
    event, data = fields.get("event"), fields.get("data")
    timepoint = event.get("timepoint") if isinstance(event, dict) else None
    if not isinstance(event, dict) or not isinstance(timepoint, int) or isinstance(timepoint, bool):
        raise SourceChanged("the event has no timepoint")
    address = str(fields.get("resource_uri") or "")
    parts = address.strip("/").split("/")
    number = parts[1] if len(parts) > 1 and parts[0] == "company" else None
    if number is None and isinstance(data, dict):
        number = str(data.get("company_number") or "")
    try:
        company = company_number(number or "")
    except BadIdentifier as problem:
        raise SourceChanged(f"the event names no company ({address[:80]!r})") from problem
    resource = str(fields.get("resource_id") or parts[-1])
    return Change(company, resource, timepoint, event.get("type") == "deleted")
