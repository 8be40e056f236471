"""BODS 0.4 in: statements by anyone, as a network of its own, and out again equivalent.

What others publish is not put into the register. Anybody may publish a file; the register of companies is the source
for the companies in it, and its entries would stand there twice, once as filed and once as somebody's copy. So a file
becomes a network, of which the same questions are asked (who stands at the end of the chain), with every link resting
on a statement of the file; and it can be written again for others.

Equivalent means: the same records under the same ids, of the same kind and status, saying the same of parties and
interests. What decision 5 keeps of nobody (dates of birth and death, nationalities, residences, addresses, numbers of
passports, political exposure) does not come out, and how many such fields there were is said.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import networkx as nx  # type: ignore[import-untyped]  # ships no types

from graph.exports.publication import needs_extra
from graph.imports.bods_checks import PERSONAL, Finding, Unreadable, check, read_statements
from graph.natures import UNKNOWN_INTEREST, Interest, Share, stake_from
from graph.ownership import EXEMPT, Gap, Network
from register.identifiers import BadIdentifier, company_number
from register.parties import NOBODY, Party, PartyKind
from register.records import ControlRecord
from register.snapshot import Control, Evidence

Statement = dict[str, Any]
FEED = "bods/statements"
_OWN_ID = "the publisher's own record id"


@dataclass(frozen=True, slots=True)
class Declarations:
    """A file that was read: its statements without what is personal, and what is to be said of it.

    ``left_out`` counts the fields that were not kept, by name; ``findings`` are the rules that the file breaks.
    """

    origin: str
    statements: tuple[Statement, ...]
    digests: tuple[str, ...]
    left_out: Mapping[str, int]
    findings: tuple[Finding, ...]


class Refused(Exception):
    """A file that breaks the standard's schema. ``findings`` name each statement, field and cause."""

    def __init__(self, path: Path, findings: Sequence[Finding]) -> None:
        self.findings = tuple(findings)
        more = f" (and {len(findings) - 1:,} more)" if len(findings) > 1 else ""
        super().__init__(f"{path}: {findings[0]}{more}")


def read_bods(path: Path) -> Declarations:
    """Read a file of BODS 0.4: a JSON array, or JSON lines.

    Raises Unreadable for what is no list of statements, Refused for what breaks the schema, and NeedsExtra where
    ``libcovebods`` is not installed.
    """
    statements = read_statements(path)
    try:
        findings = check(statements)
    except ModuleNotFoundError:
        raise needs_extra("Reading BODS", "bods") from None
    if refusals := [one for one in findings if one.refuses]:
        raise Refused(path, refusals)
    left_out: Counter[str] = Counter()
    kept = tuple(_kept(one, left_out) for one in statements)
    digests = tuple(_digest(one) for one in statements)
    return Declarations(path.name, kept, digests, dict(sorted(left_out.items())), tuple(findings))


def in_force(declarations: Declarations) -> dict[str, tuple[int, Statement]]:
    """The last statement of every record, with its place in the file from 1, in order of first appearance."""
    found: dict[str, tuple[int, Statement]] = {}
    for turn, one in enumerate(declarations.statements, start=1):
        held = found.get(one["recordId"])
        if held is None or str(one["statementDate"]) >= str(held[1]["statementDate"]):
            found[one["recordId"]] = (turn, one)
    return found


def republished(declarations: Declarations) -> Iterator[Statement]:
    """The statements as this program would publish them: equivalent, and naming the statement that each repeats.

    A statement from which nothing had to be left out keeps its id and its words, because it is the same statement.
    """
    for one, digest in zip(declarations.statements, declarations.digests, strict=True):
        if _digest(one) == digest:
            yield one
            continue
        source = dict(one.get("source") or {})
        said = source.get("description")
        repeats = f"repeats statement {one['statementId']} of {declarations.origin} without what is personal"
        source["description"] = f"{said}; {repeats}" if said else repeats
        again = one | {"source": source}
        again.pop("statementId")
        yield {"statementId": _digest(again)[:48], **again}


def network_of(declarations: Declarations) -> Network:
    """The network of a file, as ``graph.ownership.build_network`` makes one of the register.

    A relationship that is closed, or has only interests that had ended by the newest statement's day, makes no link.
    One that sums up others (it lists components) makes links of its direct interests alone: the chain is in the
    components, and would otherwise stand there twice. Whoever is not named is a gap with the reason given.
    """
    records = in_force(declarations)
    on = max(date.fromisoformat(str(one["statementDate"])[:10]) for one in declarations.statements)
    network = nx.MultiDiGraph(on=on, snapshot=_digest(declarations.digests), loaded=True)
    made = _Made(declarations, records, network)
    for turn, one in records.values():
        if one["recordType"] != "relationship":
            made.party(turn, one)
    for turn, one in records.values():
        if one["recordType"] == "relationship" and one.get("recordStatus") != "closed":
            made.relationship(turn, one, on)
    return network


class _Made:
    """Nodes and links made of statements, each with the statement that it rests on."""

    def __init__(
        self, declarations: Declarations, records: Mapping[str, tuple[int, Statement]], network: Network
    ) -> None:
        self._declarations, self._network = declarations, network
        self._nodes = {record_id: _node_id(one) for record_id, (_, one) in records.items()}

    def party(self, turn: int, one: Statement) -> None:
        """An entity or a person. Two records with one number of Companies House's are one node."""
        node, details = self._nodes[one["recordId"]], one["recordDetails"]
        if node in self._network:
            return
        person = one["recordType"] == "person"
        kind: PartyKind = "person" if person else "company" if node.startswith("gb-coh:") else "body"
        name = _person_name(details) if person else details.get("name")
        self._network.add_node(
            node, kind=kind, name=name, control=self._control(turn, one, node, _party(node, kind), name)
        )
        if not person and (details.get("publicListing") or {}).get("hasPublicListing"):
            self._gap(turn, one, node, EXEMPT, "its shares are listed")

    def relationship(self, turn: int, one: Statement, on: date) -> None:
        """Who holds what of whom, or why nobody is named."""
        details = one["recordDetails"]
        subject, holder = details["subject"], details["interestedParty"]
        if not isinstance(subject, str):
            return  # of whom it is said is not said
        held = self._named(turn, one, subject)
        if self._network.nodes[held]["kind"] == "person":
            return  # nobody owns a person: the breach is named
        if not isinstance(holder, str):
            self._gap(turn, one, held, holder["reason"], holder.get("description") or holder["reason"])
            return
        interests = [one for one in details.get("interests") or () if not _ended(one, on)]
        if details.get("componentRecords"):
            interests = [one for one in interests if one.get("directOrIndirect") != "indirect"]
        if not interests and (details.get("interests") or details.get("componentRecords")):
            return
        node = self._named(turn, one, holder)
        facts = self._network.nodes[node]
        control = self._control(turn, one, held, _party(node, facts["kind"]), facts["name"])
        stake = stake_from(tuple(_interest(interest) for interest in interests))
        self._network.add_edge(node, held, key=one["recordId"], kind="controls", control=control, stake=stake)

    def _named(self, turn: int, one: Statement, record_id: str) -> str:
        """The node of a record; one that the file does not hold is a body of which nothing is known."""
        node = self._nodes.get(record_id)
        if node is None or node not in self._network:
            node = f"bods:{record_id}"
            if node not in self._network:
                control = self._control(turn, one, node, _party(node, "body"), None)
                self._network.add_node(node, kind="body", name=None, control=control)
        return node

    def _gap(self, turn: int, one: Statement, node: str, reason: str, words: str) -> None:
        control = self._control(turn, one, node, NOBODY, None)
        gaps = self._network.nodes[node].get("gaps", ())
        self._network.nodes[node]["gaps"] = (*gaps, Gap(reason, words, control))

    def _control(self, turn: int, one: Statement, held: str, holder: Party, name: str | None) -> Control:
        """A statement as an entry of a register of control, which is what links and nodes carry.

        The schema says what the fields of each kind of record hold; any other field may hold anything.
        """
        details, about = one["recordDetails"], one["recordType"]
        interests = (details.get("interests") or ()) if about == "relationship" else ()
        days = [interest.get("startDate") for interest in interests]
        entity = (details.get("entityType") or {}) if about == "entity" else {}
        place = (details.get("jurisdiction") or {}) if about == "entity" else {}
        record = ControlRecord(
            id=f"bods:{one['recordId']}",
            company=held,
            kind=str(one["recordType"]),
            name=name,
            natures=tuple(_slug(interest) for interest in interests),
            notified_on=min((date.fromisoformat(day) for day in days if day), default=None),
            legal_form=entity.get("details") or entity.get("subtype") or entity.get("type"),
            country_registered=place.get("name"),
        )
        as_at = date.fromisoformat(str(one["statementDate"])[:10])
        digest = self._declarations.digests[turn - 1]
        evidence = Evidence(FEED, as_at, self._declarations.origin, turn, digest, 0)
        return Control(record, (evidence,), holder)


def _party(node: str, kind: PartyKind) -> Party:
    return Party(kind, node, "the company number in the statement" if node.startswith("gb-coh:") else _OWN_ID)


def _kept(statement: Statement, left_out: Counter[str]) -> Statement:
    """A statement without what is personal, and without notes on what is no longer there."""
    details = dict(statement["recordDetails"])
    for name in sorted(PERSONAL & details.keys()):
        left_out[name] += 1
        del details[name]
    if statement["recordType"] == "person" and details.pop("identifiers", None):
        left_out["identifiers of people"] += 1
    kept = statement | {"recordDetails": details}
    if notes := statement.get("annotations"):
        there = [one for one in notes if _points_at(kept, one) or not _points_at(statement, one)]
        if len(there) < len(notes):
            left_out["annotations"] += len(notes) - len(there)
            kept["annotations"] = there
    return kept


def _points_at(statement: Statement, note: Mapping[str, Any]) -> bool:
    """Whether an annotation's JSON pointer (RFC 6901) leads to something.

    The standard reads it from the top of the statement; its own examples write it from the record's details.
    """
    pointer = str(note.get("statementPointerTarget"))
    return any(_leads(base, pointer) for base in (statement, statement["recordDetails"]))


def _leads(found: Any, pointer: str) -> bool:
    for part in pointer.split("/")[1:]:
        key = part.replace("~1", "/").replace("~0", "~")
        if isinstance(found, dict) and key in found:
            found = found[key]
        elif isinstance(found, list) and key.isdecimal() and int(key) < len(found):
            found = found[int(key)]
        else:
            return False
    return True


def _node_id(one: Statement) -> str:
    """``gb-coh:…`` of an entity with a number of Companies House's, else the record's own id."""
    if one["recordType"] == "entity":
        for identifier in one["recordDetails"].get("identifiers") or ():
            if identifier.get("scheme") == "GB-COH" and identifier.get("id"):
                try:
                    return company_number(str(identifier["id"]))
                except BadIdentifier:
                    continue  # it stays with its record: a number that is none joins nothing
    return f"bods:{one['recordId']}"


def _person_name(details: Mapping[str, Any]) -> str | None:
    """The name to show: the legal one where there are several."""
    names = sorted(details.get("names") or (), key=lambda name: name.get("type") != "legal")
    for name in names:
        if name.get("fullName"):
            return str(name["fullName"])
    return None


def _slug(interest: Mapping[str, Any]) -> str:
    return str(interest.get("details") or interest.get("type") or UNKNOWN_INTEREST)


def _ended(interest: Mapping[str, Any], on: date) -> bool:
    end = interest.get("endDate")
    return bool(end) and date.fromisoformat(str(end)) <= on


def _interest(interest: Mapping[str, Any]) -> Interest:
    kind, share = str(interest.get("type") or UNKNOWN_INTEREST), interest.get("share")
    how = str(interest.get("directOrIndirect") or "unknown")
    return Interest(_slug(interest), kind, _share(share) if share else None, how, "unknown")


def _share(share: Mapping[str, float]) -> Share | None:
    """A share as an interval of the whole; None where its ends cross or lie outside it, which says nothing."""
    if "exact" in share:
        low = high = float(share["exact"])
        above = below = False
    else:
        above, below = "exclusiveMinimum" in share, "exclusiveMaximum" in share
        low = float(share.get("exclusiveMinimum", share.get("minimum", 0)))
        high = float(share.get("exclusiveMaximum", share.get("maximum", 100)))
    try:
        return Share(low / 100, high / 100, above, below)
    except ValueError:
        return None


def _digest(value: object) -> str:
    """SHA-256 of a value as canonical JSON."""
    return hashlib.sha256(json.dumps(value, sort_keys=True, ensure_ascii=False).encode()).hexdigest()


def counted(statements: Iterable[Statement]) -> dict[str, int]:
    """How many statements there are of each kind of record."""
    return dict(sorted(Counter(str(one["recordType"]) for one in statements).items()))


__all__ = [
    "Declarations", "Finding", "Refused", "Unreadable", "counted", "in_force", "network_of", "read_bods", "republished",
]  # fmt: skip
