"""Titles to land with a company as proprietor, and which home stands on which: found by rule, or by a person."""

from __future__ import annotations

from datetime import date
from typing import Literal

import msgspec

from register.records.base import Record


class Proprietor(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One of at most four proprietors named in a title. ``number`` is as filed: it may be unpadded, or missing.

    ``country`` is where a proprietor from abroad is incorporated, in the land registry's spelling; the data of
    overseas owners hold no number of the Register of Overseas Entities as such.
    """

    name: str
    number: str | None = None
    category: str | None = None
    country: str | None = None


class TitleRecord(Record, frozen=True, kw_only=True, omit_defaults=True):
    """A title in one of HM Land Registry's two lists of corporate owners. ``id`` is ``ccod:…`` or ``ocod:…``.

    ``title`` is ``hmlr:<title number>``: a title with proprietors from here and from abroad is in both lists.
    ``schedule``: the title covers several addresses, of which the file gives one or none. ``more_owners``: there are
    proprietors of a kind that the list leaves out (private people, charities). ``added_on`` is the day of the latest
    proprietor. ``removed_on``: the day on which a file of changes took the title out of the list.
    """

    title: str
    tenure: str | None = None
    address: str | None = None
    district: str | None = None
    county: str | None = None
    region: str | None = None
    postcode: str | None = None
    schedule: bool | None = None
    proprietors: tuple[Proprietor, ...] | None = None
    more_owners: bool | None = None
    added_on: date | None = None
    removed_on: date | None = None


#: How certain a link between a home and a title is: by rule, waiting for a person, or neither.
LinkState = Literal["accepted", "waiting"]

#: Why the owner of a home's building is not known. Counted, never dropped.
Untraced = Literal[
    "no title found",
    "owner excluded from the data",
    "lease chain broken",
    "name not matched",
    "nation not covered",
]


class LinkRecord(Record, frozen=True, kw_only=True, omit_defaults=True):
    """A home and a title on which it seems to stand. ``id`` is ``link:<registration id>/<title number>``.

    ``location`` is the registration whose address was compared. ``score`` is between 0 and 1 (the probability that the
    two addresses are one, where the method gives one). ``method`` names the rule or model and its version, ``reason``
    says in a sentence what agreed and what did not.
    """

    location: str
    title: str
    state: LinkState
    method: str
    reason: str
    score: float | None = None


class TraceRecord(Record, frozen=True, kw_only=True, omit_defaults=True):
    """What the search for a home's building came to. ``id`` is ``trace:<registration id>``.

    ``untraced`` is the counted reason where no link was accepted, ``detail`` a sentence. ``candidates`` is how many
    titles were compared.
    """

    location: str
    outcome: Literal["accepted", "waiting", "untraced"]
    untraced: Untraced | None = None
    detail: str | None = None
    candidates: int | None = None
