"""``longstop search`` and ``home``: what a name stands for; one home with its history, its sources and its chain."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from cli.ownership import owners_of, print_chains
from cli.session import AsJson, Known, On, answer_json, answer_table, answers, read_snapshot
from contingency.scenarios.choice import read_id
from graph.chain_document import evidence_document
from graph.ownership import build_network
from register.search import search as find
from register.snapshot import Home, Registration, Snapshot

#: What is found beside homes and providers: whatever ``owners``, ``plan`` and ``groups`` take an id of.
BESIDE = frozenset({"brand", "company", "person", "body", "lender", "title"})
#: So many are listed on a terminal.
MOST = 50


def search(
    text: Annotated[str, typer.Argument(help="Words of a name, a postcode, or an id.")],
    as_json: AsJson = False,
    on: On = None,
    known: Known = None,
) -> None:
    """Find homes, providers, and whoever owns, lends or stands behind them. Its ids are what other commands take."""
    _, snapshot = read_snapshot(on, known)
    nodes = build_network(snapshot).nodes(data=True)
    others = ((str(at["kind"]), node, str(at.get("name") or node)) for node, at in nodes if at["kind"] in BESIDE)
    hits = find(snapshot, text, others)
    if as_json:
        answer_json(
            [
                {"kind": h.kind, "id": h.id, "name": h.name, "homes": h.homes, "status": h.status, "where": h.place,
                 "why": h.why}
                for h in hits
            ]
        )  # fmt: skip
        return
    cut = f"; the first {MOST} are listed, and --json gives all" if len(hits) > MOST else ""
    answer_table(
        f"{len(hits):,} found as at {snapshot.on}{cut}",
        ("what", "id", "name", "homes", "status", "where", "why"),
        ((h.kind, h.id, h.name, h.homes, h.status, h.place, h.why) for h in hits[:MOST]),
    )


def home(
    identifier: Annotated[str, typer.Argument(metavar="ID", help="Any registration's id: cqc:1-319143351.")],
    as_json: AsJson = False,
    on: On = None,
    known: Known = None,
) -> None:
    """One home: its registrations through time, why they are one home, the source of each, and who stands behind it."""
    _, snapshot = read_snapshot(on, known)
    found = snapshot.homes[snapshot.home_of[read_id(identifier, snapshot.home_of, "home")]]
    document = _home_document(snapshot, found)
    if as_json:
        answer_json(document)
        return
    record, place = found.current.record, found.current.place
    answers.print(f"{record.name or found.id} ({found.id})", style="bold", markup=False)
    beds = document["beds"]
    answers.print(
        f"  {found.status} on {snapshot.on}; registered beds: {'unknown' if beds is None else beds}; "
        f"{record.town or ''} {record.postcode or ''}; {place.authority_name or 'council not known'} "
        f"({place.authority or '–'}); {place.basis}",
        markup=False,
    )
    answer_table(
        "Registrations, earliest first",
        ("id", "name", "provider", "from", "until", "beds", "rating", "list", "as at", "row", "raw record"),
        (
            (r.id, r.record.name, _provider_name(snapshot, r), r.record.registered_on, r.record.deregistered_on,
             r.record.beds, r.record.rating, r.evidence[0].feed, r.evidence[0].as_at, r.evidence[0].row,
             r.evidence[0].raw_digest[:12])
            for r in found.registrations
        ),
    )  # fmt: skip
    if found.joins:
        answer_table(
            "Why these are one home",
            ("earlier", "later", "basis", "reason"),
            ((j.earlier, j.later, j.basis, j.reason) for j in found.joins),
        )
    answers.print()
    print_chains(document["chain"])


def _provider_name(snapshot: Snapshot, registration: Registration) -> str | None:
    provider = snapshot.providers.get(registration.record.provider_id or "")
    return provider.record.name if provider and provider.record.name else registration.record.provider_id


def _home_document(snapshot: Snapshot, found: Home) -> dict[str, Any]:
    place = found.current.place
    return {
        "home": found.id,
        "on": snapshot.on.isoformat(),
        "status": found.status,
        "beds": found.beds(snapshot.on),
        "place": {
            "latitude": place.latitude, "longitude": place.longitude, "precision": place.precision,
            "authority": place.authority, "district": place.district, "nation": place.nation, "basis": place.basis,
        },
        "dual": list(found.dual),
        "joins": [{"earlier": j.earlier, "later": j.later, "basis": j.basis, "reason": j.reason} for j in found.joins],
        "chain": owners_of(snapshot, found.id),
        "registrations": [_registration_document(snapshot, r) for r in found.registrations],
    }  # fmt: skip


def _registration_document(snapshot: Snapshot, one: Registration) -> dict[str, Any]:
    record = one.record
    facts = {
        name: value.isoformat() if hasattr(value, "isoformat") else list(map(str, value)) if isinstance(value, tuple)
        else value
        for name in record.__struct_fields__
        if (value := getattr(record, name)) is not None
    }  # fmt: skip
    return {
        **facts,
        "provider": _provider_name(snapshot, one),
        "evidence": [evidence_document(e) for e in one.evidence],
        "evidence_of_fields": dict(one.field_evidence),
    }
