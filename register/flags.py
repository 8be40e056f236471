"""What Companies House says of a company that should make a reader look: late filings, its status, its office. Pure.

A flag is the register's own word on one legal entity. None of them says that a home will close.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal

from register.records import CompanyRecord
from register.snapshot import Company, Snapshot

FlagKind = Literal[
    "status",
    "accounts overdue",
    "confirmation statement overdue",
    "insolvency history",
    "liquidated",
    "registrar's remark",
    "office in dispute",
    "office undeliverable",
]
#: Statuses that two sources write differently, as one reads them.
_SAME_STATUS = {
    "in administration": "administration",
    "active proposal to strike off": "proposal to strike off",
    "voluntary arrangement": "voluntary arrangement",
}
#: Statuses that call for no look: an overseas entity is "registered", a UK establishment "open".
_WELL = frozenset({"active", "registered", "open"})


@dataclass(frozen=True, slots=True)
class Flag:
    """One thing that is said of a company. ``said`` completes a sentence that begins with its name."""

    kind: FlagKind
    said: str


def flags_of(company: Company, snapshot: Snapshot) -> tuple[Flag, ...]:
    """Everything that calls for a look, the gravest first. A flag that the register does not give is no flag."""
    record = company.record
    found: list[Flag] = []
    if (status := status_of(record)) and status not in _WELL:
        found.append(Flag("status", f'has the status "{status}"'))
    if record.been_liquidated:
        found.append(Flag("liquidated", "is or has been in liquidation"))
    if record.has_insolvency:
        found.append(Flag("insolvency history", "has a history of insolvency"))
    for remark in record.annotations or ():
        kind, bracket, day = remark.rpartition(" (")
        words = f"{kind.replace('-', ' ')}{bracket}{day}" if kind else remark.replace("-", " ")
        found.append(Flag("registrar's remark", f'bears a remark of the registrar: "{words}"'))
    if overdue(company, snapshot, "accounts"):
        found.append(Flag("accounts overdue", f"is late with its accounts{_due(record.accounts_due_on)}"))
    if overdue(company, snapshot, "confirmation"):
        late = f"is late with its confirmation statement{_due(record.confirmation_due_on)}"
        found.append(Flag("confirmation statement overdue", late))
    if record.office_in_dispute:
        found.append(Flag("office in dispute", "has a registered office that somebody disputes"))
    if record.office_undeliverable:
        found.append(Flag("office undeliverable", "cannot be reached by post at its registered office"))
    return tuple(found)


def status_of(record: CompanyRecord) -> str | None:
    """A status in the words that all sources share, in lower case."""
    words = f"{record.status or ''} {record.status_detail or ''}".casefold().replace("-", " ")
    if "strike off" in words:
        return "proposal to strike off"
    plain_words = " ".join((record.status or "").casefold().replace("-", " ").split())
    return _SAME_STATUS.get(plain_words, plain_words) or None


def overdue(company: Company, snapshot: Snapshot, what: Literal["accounts", "confirmation"]) -> bool | None:
    """Whether accounts or the confirmation statement were late on the day of the newest list that speaks of it.

    As Companies House says; else where the day on which they were due had passed; None where neither is given.
    """
    said: bool | None = getattr(company.record, f"{what}_overdue")
    due: date | None = getattr(company.record, f"{what}_due_on")
    if said is not None or due is None:
        return said
    newest = {feed.feed: feed.as_at for feed in snapshot.feeds if feed.as_at <= snapshot.on}
    seen = company.evidence[0]
    return due < max(seen.as_at, newest.get(seen.feed, seen.as_at))


def _due(day: date | None) -> str:
    return f", due on {day.isoformat()}" if day else ""
