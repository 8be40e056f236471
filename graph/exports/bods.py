"""Beneficial Ownership Data Standard 0.4: entities, people, then relationships, each record with an id that stays.

A statement says what a record is from the first list that held it so: an export made later repeats it to the letter,
and a record that has changed is stated again under the same ``recordId``, as updated or closed. Whoever is not known
is a relationship with a reason, never a line left out. A home is no legal entity, and a lease no interest: neither is
here.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from graph.exports.bods_records import Draft, Records
from graph.ownership import Network
from register.snapshot import Evidence, FeedState, Snapshot

VERSION = "0.4"
_LICENCES = {
    "Open Government Licence v3.0": "https://www.nationalarchives.gov.uk/doc/open-government-licence/version/3/"
}
Statement = dict[str, Any]


def write(snapshot: Snapshot, network: Network, to: Path) -> int:
    """Write all statements as one JSON array, a statement a line (JSON lines where the name ends in ``.jsonl``).

    Returns how many. One statement is held at a time.
    """
    return write_statements(statements(snapshot, network), to)


def write_changes(earlier: tuple[Snapshot, Network], now: tuple[Snapshot, Network], to: Path) -> int:
    """Write what is to be added to an export of an earlier day to bring it up to now; how many statements."""
    return write_statements(changes(earlier, now), to)


def write_statements(some: Iterable[Statement], to: Path) -> int:
    """Write statements to a file in the order given, as ``write`` does."""
    lines, count = to.suffix == ".jsonl", 0
    with to.open("w", encoding="utf-8", newline="\n") as file:
        for count, statement in enumerate(some, start=1):
            if not lines:
                file.write("[\n" if count == 1 else ",\n")
            file.write(json.dumps(statement, sort_keys=True, ensure_ascii=False))
            if lines:
                file.write("\n")
        if not lines:
            file.write("\n]\n" if count else "[]\n")
    return count


def statements(snapshot: Snapshot, network: Network) -> Iterator[Statement]:
    """The statement in force of every record, ended ones included: entities, people, components, relationships."""
    feeds = {feed.feed: feed for feed in snapshot.feeds}
    for draft in Records(snapshot, network):
        yield _statement(snapshot, draft, feeds)


def changes(earlier: tuple[Snapshot, Network], now: tuple[Snapshot, Network]) -> Iterator[Statement]:
    """The statements made between two days: new, updated and closed, with the parties that they speak of.

    A record that is no longer held (struck out of the register, or nobody is unknown any more) is closed by a
    statement of its own.
    """
    made = {one["recordId"]: _said(one) for one in statements(*earlier)}
    wanted: set[str] = set()
    changed: set[str] = set()
    held: set[str] = set()
    for one in statements(*now):
        held.add(one["recordId"])
        if made.get(one["recordId"]) != _said(one):
            changed.add(one["recordId"])
            wanted |= _spoken_of(one)
    gone = [one for one in statements(*earlier) if one["recordId"] not in held and one["recordStatus"] != "closed"]
    # A component that its relationship no longer lists is over with it, and cannot be stated alone.
    listed = {component for one in gone for component in one["recordDetails"].get("componentRecords", ())}
    gone = [one for one in gone if not one["recordDetails"]["isComponent"] or one["recordId"] in listed]
    for one in gone:
        wanted |= _spoken_of(one)
    # Whoever is spoken of and has not changed is repeated as stated then: a record's evidence may be newer.
    context = {one["recordId"]: one for one in statements(*earlier) if one["recordId"] in wanted - changed}
    yield from (_closed(one, now[0]) for one in gone if one["recordType"] != "relationship")
    for one in statements(*now):
        if one["recordId"] in changed:
            again = one["recordStatus"] == "new" and one["recordId"] in made
            yield _identified(one | {"recordStatus": "updated"}) if again else one
        elif one["recordId"] in wanted:
            yield context[one["recordId"]]
    yield from (_closed(one, now[0]) for one in gone if one["recordType"] == "relationship")


def _said(statement: Statement) -> str:
    """What a statement says of its record, whatever it rests on: a digest."""
    said = [statement["recordDetails"], statement["recordStatus"] == "closed"]
    return hashlib.sha256(json.dumps(said, sort_keys=True, ensure_ascii=False).encode()).hexdigest()


def _spoken_of(statement: Statement) -> set[str]:
    details = statement["recordDetails"]
    named = {statement["declarationSubject"], details.get("subject"), *details.get("componentRecords", ())}
    return {one for one in (*named, details.get("interestedParty")) if isinstance(one, str)}


def _closed(statement: Statement, snapshot: Snapshot) -> Statement:
    on = snapshot.on.isoformat()
    publication = statement["publicationDetails"] | {"publicationDate": on}
    return _identified(statement | {"recordStatus": "closed", "statementDate": on, "publicationDetails": publication})


def _identified(statement: Statement) -> Statement:
    """A statement under the id that its content gives it: equal statements, equal ids."""
    content = {name: value for name, value in statement.items() if name != "statementId"}
    text = json.dumps(content, sort_keys=True, ensure_ascii=False).encode()
    return {"statementId": hashlib.sha256(text).hexdigest()[:48], **content}


def _statement(snapshot: Snapshot, draft: Draft, feeds: Mapping[str, FeedState]) -> Statement:
    """One record as stated on the first day on which it was so."""
    made = min(max((e.as_at for e in draft.evidence), default=snapshot.on), snapshot.on)
    if draft.since is not None:
        made = min(max(made, draft.since), snapshot.on)
    first = min((e.first or e.as_at for e in draft.evidence), default=made)
    status = "closed" if draft.ended else "updated" if first < made else "new"
    day = made.isoformat()
    publication: dict[str, Any] = {
        "publicationDate": day,
        "bodsVersion": VERSION,
        "publisher": {"name": "Longstop, of an invented county: an exercise" if snapshot.invented else "Longstop"},
    }
    feed = feeds.get(draft.evidence[0].feed) if draft.evidence else None
    if feed is not None and feed.licence in _LICENCES:
        publication["license"] = _LICENCES[feed.licence]
    notes: Statement = {}
    if draft.told:
        told = {"motivation": "commenting", "statementPointerTarget": "/recordDetails/interestedParty"}
        notes = {"annotations": [told | {"description": f"the party was {draft.told}"}]}
    return _identified(
        notes
        | {
            "declarationSubject": draft.subject,
            "recordId": draft.record_id,
            "recordType": draft.kind,
            "recordStatus": status,
            "recordDetails": draft.details(),
            "statementDate": day,
            "publicationDetails": publication,
            "source": _source(draft.evidence, feed),
        }
    )


def _source(evidence: tuple[Evidence, ...], feed: FeedState | None) -> dict[str, Any]:
    if not evidence:
        return {"type": ["thirdParty"], "description": "no record found in the lists that were read"}
    one = evidence[0]
    row = f", row {one.row}" if one.row is not None else ""
    words = f"{one.feed} as at {one.as_at.isoformat()}, {one.origin}{row}, SHA-256 of the raw record {one.raw_digest}"
    source: dict[str, Any] = {"type": ["officialRegister"], "description": words}
    if feed is not None:
        source["assertedBy"] = [{"name": feed.publisher}]
        if feed.attribution:
            source["description"] = f"{words}. {feed.attribution}"
    return source
