"""Beneficial Ownership Data Standard 0.4: entities, people, then relationships, each record with an id that stays.

Record ids follow Open Ownership's practice: ``GB-COH-03885446`` for a company of Companies House's, and for whoever
has no number of their own the entry that first names them, ``GB-COH-PER-<company>-<entry>`` and ``GB-COH-ENT-…``.
Whoever is not known is a relationship with a reason, never a line left out. A home is no legal entity and is not here.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from graph.endings import endings_of
from graph.natures import Interest, Share, stake_of
from graph.ownership import EXEMPT, PROTECTED, Network
from register.parties import country_of
from register.snapshot import Company, Control, Evidence, Snapshot

VERSION = "0.4"
_NOT_KNOWN = frozenset({"untraced", "not in the data"})
_BODIES = {
    "council": {"type": "stateBody", "subtype": "other", "details": "council"},
    "state": {"type": "stateBody", "subtype": "other"},
    "trust": {"type": "arrangement", "subtype": "trust"},
}


def write(snapshot: Snapshot, network: Network, to: Path) -> int:
    """Write all statements as one JSON array, a statement a line (JSON lines where the name ends in ``.jsonl``)."""
    lines = [json.dumps(one, sort_keys=True, ensure_ascii=False) for one in statements(snapshot, network)]
    text = "".join(f"{line}\n" for line in lines) if to.suffix == ".jsonl" else "[\n" + ",\n".join(lines) + "\n]\n"
    to.write_text(text, encoding="utf-8")
    return len(lines)


def statements(snapshot: Snapshot, network: Network) -> Iterator[dict[str, Any]]:
    """Every statement in order: entities, people, relationships, each in order of record id."""
    records = _Records(snapshot, network)
    for kind in ("entity", "person", "relationship"):
        yield from (statement for _, statement in sorted(records.of[kind].items()))


class _Records:
    """The records of one export, by kind and id."""

    def __init__(self, snapshot: Snapshot, network: Network) -> None:
        self._snapshot, self._network = snapshot, network
        self.of: dict[str, dict[str, dict[str, Any]]] = {"entity": {}, "person": {}, "relationship": {}}
        self._ids: dict[str, str] = {}
        for node, facts in network.nodes(data=True):
            if facts["kind"] in ("company", "body", "person"):
                self._party(node)
        for entries in snapshot.controls.values():
            for control in entries:
                self._relationship(control)
        for node in list(self._ids):
            self._not_known(node)

    def _party(self, node: str) -> str:
        """The record of a company, a body or a person, made once; its id."""
        if node in self._ids:
            return self._ids[node]
        facts = self._network.nodes[node]
        if node.startswith("gb-coh:"):
            record_id = node.replace("gb-coh:", "GB-COH-")
            details, evidence = self._company(node), self._evidence_of_company(node)
            self._add("entity", record_id, record_id, details, evidence)
        else:
            control: Control = facts["control"]
            person = facts["kind"] == "person"
            record_id = f"GB-COH-{'PER' if person else 'ENT'}-{_entry(control)}"
            kind = "person" if person else "entity"
            self._add(
                kind, record_id, record_id, _person(facts["name"]) if person else self._body(node), control.evidence[0]
            )
        self._ids[node] = record_id
        return record_id

    def _company(self, node: str) -> dict[str, Any]:
        facts = self._network.nodes[node]
        number = node.removeprefix("gb-coh:")
        identifiers = [{"scheme": "GB-COH", "schemeName": "Companies House", "id": number}]
        for node_below in sorted(self._network.successors(node)):
            if self._network.nodes[node_below]["kind"] == "provider":
                regulator, _, own_id = node_below.partition(":")
                identifiers.append({"schemeName": f"provider id of the regulator ({regulator})", "id": own_id})
        details: dict[str, Any] = {
            "isComponent": False,
            "entityType": {"type": "registeredEntity"},
            "identifiers": identifiers,
            "jurisdiction": {"name": "United Kingdom", "code": "GB"},
        }
        if facts["name"]:
            details["name"] = facts["name"]
        if isinstance(company := facts.get("company"), Company):
            record = company.record
            if record.category:
                details["entityType"]["details"] = record.category
            if number.startswith("OE"):
                details["jurisdiction"] = {"name": (record.country_of_origin or "not stated").title()}
            if record.incorporated_on:
                details["foundingDate"] = record.incorporated_on.isoformat()
                if record.dissolved_on and record.dissolved_on >= record.incorporated_on:
                    details["dissolutionDate"] = record.dissolved_on.isoformat()
        if any(gap.reason == EXEMPT for gap in facts.get("gaps", ())):
            details["publicListing"] = {"hasPublicListing": True}
        return details

    def _body(self, node: str) -> dict[str, Any]:
        facts = self._network.nodes[node]
        record = facts["control"].record
        (ending,) = endings_of(self._network, node, followed=False)
        kind = dict(_BODIES.get(ending.kind, {"type": "registeredEntity"}))
        if record.legal_form:
            kind["details"] = record.legal_form
        details: dict[str, Any] = {"isComponent": False, "entityType": kind}
        if facts["name"]:
            details["name"] = facts["name"]
        if country := country_of(record):
            details["jurisdiction"] = {"name": country.title()}
        if record.registration_number:
            where = record.place_registered or record.country_registered or "a register that is not named"
            details["identifiers"] = [{"schemeName": f"as filed: {where}", "id": record.registration_number}]
        return details

    def _relationship(self, control: Control) -> None:
        """One entry of a register of control: who holds what, or why nobody is named."""
        record = control.record
        subject = self._party(record.company)
        ended = record.ceased_on is not None and record.ceased_on <= self._snapshot.on
        if control.party.id is not None:
            if control.party.id not in self._network:
                return  # a party that only entries of other days name
            holder: str | dict[str, str] = self._party(control.party.id)
        elif control.party.kind == "protected":
            holder = f"GB-COH-PER-{_entry(control)}"
            hidden = {"reason": PROTECTED, "description": "the register gives no name, by law"}
            self._add(
                "person",
                holder,
                holder,
                {"isComponent": False, "personType": "anonymousPerson", "unspecifiedPersonDetails": hidden},
                control.evidence[0],
            )
            ended = bool(record.ceased)
        else:
            unspecified = self._reason(control)
            if unspecified is None:
                return
            holder = unspecified
        details: dict[str, Any] = {"isComponent": False, "subject": subject, "interestedParty": holder}
        interests = [
            _interest(one, control, person=control.party.kind == "person") for one in stake_of(record.natures).interests
        ]
        if interests:
            details["interests"] = interests
        self._add(
            "relationship",
            f"GB-COH-REL-{_entry(control)}",
            subject,
            details,
            control.evidence[0],
            status="closed" if ended else "new",
        )

    def _reason(self, control: Control) -> dict[str, str] | None:
        """Why nobody is named, in BODS's words; None where the entry is no gap, or was one on other days only."""
        gaps = [gap for gap in self._network.nodes[control.record.company].get("gaps", ()) if gap.control is control]
        if not gaps:
            return None
        return {"reason": gaps[0].reason, "description": ", ".join(sorted(gap.words for gap in gaps))}

    def _not_known(self, node: str) -> None:
        """A chain that breaks off without a word of the register's: a relationship that says so."""
        if self._network.in_degree(node) or self._network.nodes[node].get("gaps"):
            return
        for ending in endings_of(self._network, node, followed=False):
            if ending.kind in _NOT_KNOWN:
                subject = self._ids[node]
                unknown = {"reason": "informationUnknownToPublisher", "description": ending.reason}
                details = {"isComponent": False, "subject": subject, "interestedParty": unknown}
                self._add("relationship", f"{subject}-REL-UNKNOWN", subject, details, None)

    def _evidence_of_company(self, node: str) -> Evidence | None:
        company = self._network.nodes[node].get("company")
        if isinstance(company, Company):
            return company.evidence[0]
        entries = self._snapshot.controls.get(node)
        return entries[0].evidence[0] if entries else None

    def _add(
        self,
        kind: str,
        record_id: str,
        subject: str,
        details: dict[str, Any],
        evidence: Evidence | None,
        *,
        status: str = "new",
    ) -> None:
        on = self._snapshot.on
        source: dict[str, Any] = {"type": ["officialRegister"]}
        if evidence is not None:
            row = f", row {evidence.row}" if evidence.row is not None else ""
            source["description"] = (
                f"{evidence.feed} as at {evidence.as_at.isoformat()}, {evidence.origin}{row}, "
                f"SHA-256 of the raw record {evidence.raw_digest}"
            )
        else:
            source = {"type": ["thirdParty"], "description": "no record found in the lists that were read"}
        statement: dict[str, Any] = {
            "declarationSubject": subject,
            "recordId": record_id,
            "recordType": kind,
            "recordStatus": status,
            "recordDetails": details,
            "statementDate": min(evidence.as_at if evidence else on, on).isoformat(),
            "publicationDetails": {
                "publicationDate": on.isoformat(),
                "bodsVersion": VERSION,
                "publisher": {"name": "Longstop"},
            },
            "source": source,
        }
        content = json.dumps(statement, sort_keys=True, ensure_ascii=False).encode()
        self.of[kind][record_id] = {"statementId": hashlib.sha256(content).hexdigest()[:48], **statement}


def _entry(control: Control) -> str:
    """``03885446-AbC`` of the entry ``psc:03885446/AbC``."""
    return control.record.id.removeprefix("psc:").replace("/", "-")


def _person(name: str | None) -> dict[str, Any]:
    if not name:
        return {"isComponent": False, "personType": "unknownPerson"}
    return {"isComponent": False, "personType": "knownPerson", "names": [{"type": "legal", "fullName": name}]}


def _interest(one: Interest, control: Control, *, person: bool) -> dict[str, Any]:
    """One nature of control. A nominee's interest is in a nomination, which the register gives no entity for: it is
    published as of unknown type, with the register's own word beside it. Only a person owns beneficially."""
    record = control.record
    interest: dict[str, Any] = {
        "type": "unknownInterest" if one.type == "nominee" else one.type,
        "directOrIndirect": {"direct": "direct", "unknown": "unknown"}.get(one.via, "indirect"),
        "beneficialOwnershipOrControl": person,
        "details": one.slug,
    }
    if one.share is not None:
        interest["share"] = _share(one.share)
    if record.notified_on and (record.ceased_on is None or record.notified_on <= record.ceased_on):
        interest["startDate"] = record.notified_on.isoformat()
    if record.ceased_on:
        interest["endDate"] = record.ceased_on.isoformat()
    return interest


def _share(share: Share) -> dict[str, float]:
    low, high = ("exclusiveMinimum" if share.above else "minimum"), ("exclusiveMaximum" if share.below else "maximum")
    return {low: share.minimum * 100, high: share.maximum * 100}
