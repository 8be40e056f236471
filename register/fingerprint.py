"""The digest of a snapshot: equal content, equal digest, on any machine and any database."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator

import msgspec

from register.snapshot import Snapshot

_ENCODER = msgspec.json.Encoder(order="deterministic")


def digest_of(snapshot: Snapshot) -> str:
    """SHA-256 of the content, in hexadecimal: no run, file name or clock is in it."""
    total = hashlib.sha256(snapshot.on.isoformat().encode())
    for parts in (_of_care(snapshot), _of_companies(snapshot), _of_land(snapshot)):
        for part in parts:
            total.update(_ENCODER.encode(part))
    return total.hexdigest()


def _of_care(snapshot: Snapshot) -> Iterator[tuple[object, ...]]:
    for home in snapshot.homes.values():
        yield "home", home.id, home.status, home.dual, home.joins
        for registration in home.registrations:
            yield registration.record, registration.place
    for provider in snapshot.providers.values():
        yield "provider", provider.record, provider.homes
    for area in snapshot.areas:
        yield "area", area
    for identifier, beds in snapshot.vacancies.items():
        yield "vacancies", identifier, beds
    for identifier, people in snapshot.residents.items():
        yield "residents", identifier, people
    for feed in snapshot.feeds:
        yield "feed", feed.feed, feed.as_at, feed.complete


def _of_companies(snapshot: Snapshot) -> Iterator[tuple[object, ...]]:
    for company in snapshot.companies.values():
        yield "company", company.record
    for entries in snapshot.controls.values():
        yield "control", [entry.record for entry in entries]
    for holdings in (
        snapshot.officers,
        snapshot.charges,
        snapshot.insolvencies,
        snapshot.accounts,
        snapshot.notices,
    ):
        for some in holdings.values():
            yield "holdings", [one.record for one in some]
    for charity in snapshot.charities.values():
        yield "charity", charity.record


def _of_land(snapshot: Snapshot) -> Iterator[tuple[object, ...]]:
    for title in snapshot.titles.values():
        yield "title", [entry.record for entry in title.entries]
    for home, trace in snapshot.traces.items():
        links = [(link.state, link.record, link.judgement and link.judgement.verdict) for link in trace.links]
        yield "trace", home, trace.outcome, trace.untraced, links
