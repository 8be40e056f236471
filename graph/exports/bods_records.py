"""What stands behind each BODS record: companies, bodies, people and entries of registers of control, and since when.

Record ids follow Open Ownership's practice: ``GB-COH-03885446`` for a company of Companies House's, and for whoever
has no number of their own the entry that first names them, ``GB-COH-PER-<company>-<entry>`` and ``GB-COH-ENT-…``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import Any, Literal

from graph.endings import ending_of_body, endings_of
from graph.exports.naming import PublicIds
from graph.natures import NO_GAP, Interest, Share, reason_of, stake_of
from graph.ownership import EXEMPT, PROTECTED, Network, holders_of, in_force
from register.parties import country_of
from register.snapshot import Company, Control, Evidence, Snapshot

Details = dict[str, Any]
_NOT_KNOWN = frozenset({"untraced", "not in the data"})
_BODIES = {
    "council": {"type": "stateBody", "subtype": "other", "details": "council"},
    "state": {"type": "stateBody", "subtype": "other"},
    "trust": {"type": "arrangement", "subtype": "trust"},
}
#: What stands between a holder and a company, where the entry says that something does and does not name it.
_BETWEEN = {
    "trust": ("TRUST", {"type": "arrangement", "subtype": "trust"}),
    "control over a trust": ("TRUST", {"type": "arrangement", "subtype": "trust"}),
    "firm": ("FIRM", {"type": "arrangement", "subtype": "other", "details": "a firm that is no legal person"}),
    "control over a firm": (
        "FIRM",
        {"type": "arrangement", "subtype": "other", "details": "a firm that is no legal person"},
    ),
}


@dataclass(frozen=True, slots=True)
class Draft:
    """One record before it is stated.

    ``since``: a day from which alone it is so, whatever lists say. ``told``: how a relationship's party was come by,
    where that was inferred.
    """

    kind: Literal["entity", "person", "relationship"]
    record_id: str
    subject: str
    details: Callable[[], Details]
    evidence: tuple[Evidence, ...]
    ended: bool = False
    since: date | None = None
    told: str | None = None


class Records:
    """The records of a snapshot in order: parties before relationships, components before what they are part of."""

    def __init__(self, snapshot: Snapshot, network: Network) -> None:
        self._snapshot, self._network = snapshot, network
        self._names = PublicIds(snapshot)
        begun = (c for some in snapshot.controls.values() for c in some if _begun(c, snapshot.on))
        self._entries = sorted(begun, key=lambda control: control.record.id)

    def __iter__(self) -> Iterator[Draft]:
        companies, people, bodies = self._parties()
        entities = {_company_id(one): partial(self._company, one) for one in companies}
        entities |= {self._record_id(one): partial(self._body, one) for one in bodies}
        for control in self._entries:
            for way in _between(control):
                entities[f"{_relationship_id(control)}-{way}"] = partial(self._unnamed, control, way)
        for record_id in sorted(entities):
            yield entities[record_id]()
        persons = {self._record_id(one): partial(self._person, one) for one in people}
        protected = (control for control in self._entries if control.party.kind == "protected")
        persons |= {f"GB-COH-PER-{_entry(control)}": partial(self._protected, control) for control in protected}
        for record_id in sorted(persons):
            yield persons[record_id]()
        for control in self._entries:
            yield from self._components(control)
        for control in self._entries:
            yield from self._relationship(control)
        for node in (*companies, *bodies):
            yield from self._not_known(node)

    def _parties(self) -> tuple[list[str], list[str], list[str]]:
        """Companies, people and bodies: whoever controls, is controlled, or is registered to run homes."""
        companies = {*self._snapshot.companies, *(control.record.company for control in self._entries)}
        companies |= {one.record.company for one in self._snapshot.providers.values() if one.record.company}
        others: dict[str, set[str]] = {"person": set(), "body": set(), "company": companies}
        for control in self._entries:
            if control.party.id is not None:
                others[control.party.kind].add(control.party.id)
        return sorted(companies), sorted(others["person"]), sorted(others["body"])

    def _record_id(self, party: str) -> str:
        if party.startswith("gb-coh:"):
            return _company_id(party)
        control = self._named_by(party)
        return f"GB-COH-{'PER' if control.party.kind == 'person' else 'ENT'}-{_entry(control)}"

    def _named_by(self, party: str) -> Control:
        entry = self._names.named_by(party)
        if not isinstance(entry, Control):
            raise LookupError(f"{party} is named by no entry of a register of control")
        return entry

    def _company(self, node: str) -> Draft:
        record_id = _company_id(node)
        return Draft("entity", record_id, record_id, partial(self._company_details, node), tuple(self._evidence(node)))

    def _evidence(self, node: str) -> Iterator[Evidence]:
        """What is held of a company: its place on the list or else its first entry, and who says that it runs homes."""
        if company := self._snapshot.companies.get(node):
            yield from company.evidence
        elif entries := self._snapshot.controls.get(node):
            yield from entries[0].evidence
        for provider in self._providers(node):
            yield from self._snapshot.providers[provider].evidence[:1]

    def _providers(self, node: str) -> list[str]:
        if node not in self._network:
            return []
        return sorted(p for p in self._network.successors(node) if self._network.nodes[p]["kind"] == "provider")

    def _company_details(self, node: str) -> Details:
        number = node.removeprefix("gb-coh:")
        identifiers = [{"scheme": "GB-COH", "schemeName": "Companies House", "id": number}]
        for provider in self._providers(node):
            regulator, _, own_id = provider.partition(":")
            identifiers.append({"schemeName": f"provider id of the regulator ({regulator})", "id": own_id})
        details: Details = {
            "isComponent": False,
            "entityType": {"type": "registeredEntity"},
            "identifiers": identifiers,
            "jurisdiction": {"name": "United Kingdom", "code": "GB"},
        }
        facts = self._network.nodes[node] if node in self._network else {}
        if name := facts.get("name"):
            details["name"] = name
        company = self._snapshot.companies.get(node)
        if company is not None:
            self._of_list(company, details)
        if any(gap.reason == EXEMPT for gap in facts.get("gaps", ())):
            details["publicListing"] = {"hasPublicListing": True}
        return details

    @staticmethod
    def _of_list(company: Company, details: Details) -> None:
        """What the list of companies says of one."""
        record = company.record
        details["name"] = record.name
        if record.category:
            details["entityType"]["details"] = record.category
        if record.id.startswith("gb-coh:OE"):
            where = record.registered_at_home or record.country_of_origin or "not stated"
            details["jurisdiction"] = {"name": where.title()}
        if record.incorporated_on:
            details["foundingDate"] = record.incorporated_on.isoformat()
            if record.dissolved_on and record.dissolved_on >= record.incorporated_on:
                details["dissolutionDate"] = record.dissolved_on.isoformat()

    def _body(self, party: str) -> Draft:
        control, record_id = self._named_by(party), self._record_id(party)
        return Draft("entity", record_id, record_id, partial(_body_details, party, control), control.evidence)

    def _person(self, party: str) -> Draft:
        control, record_id = self._named_by(party), self._record_id(party)
        return Draft("person", record_id, record_id, partial(_person_details, control.record.name), control.evidence)

    def _protected(self, control: Control) -> Draft:
        """Someone whose name the register withholds by law: a person of that one entry."""
        hidden = {"reason": PROTECTED, "description": "the register gives no name, by law"}
        details = {"isComponent": False, "personType": "anonymousPerson", "unspecifiedPersonDetails": hidden}
        record_id = f"GB-COH-PER-{_entry(control)}"
        return Draft("person", record_id, record_id, lambda: details, control.evidence)

    def _unnamed(self, control: Control, way: str) -> Draft:
        """A trust or firm that an entry speaks of and does not name: a component of the holder's relationship."""
        kind = next(kind for name, kind in _BETWEEN.values() if name == way)
        company = _company_id(control.record.company)
        details = {"isComponent": True, "entityType": dict(kind)}
        return Draft(
            "entity",
            f"{_relationship_id(control)}-{way}",
            company,
            lambda: details,
            control.evidence,
            _ended(control, self._snapshot.on),
        )

    def _components(self, control: Control) -> Iterator[Draft]:
        """From the holder to the trust or firm, and from there to the company."""
        holder = self._holder(control)
        if holder is None:
            return
        company, ended = _company_id(control.record.company), _ended(control, self._snapshot.on)
        for way, interests in sorted(_between(control).items()):
            middle = f"{_relationship_id(control)}-{way}"
            over = sorted({(_over(one), one.slug) for one in interests})
            upper = [
                _dated(
                    {
                        "type": kind,
                        "directOrIndirect": "direct",
                        "beneficialOwnershipOrControl": False,
                        "details": slug,
                    },
                    control,
                )
                for kind, slug in over
            ]
            lower = [_interest(one, control, person=False, how="direct") for one in interests]
            for name, subject, party, held in (("HOLDER", middle, holder, upper), ("STAKE", company, middle, lower)):
                details = {"isComponent": True, "subject": subject, "interestedParty": party, "interests": held}
                yield Draft(
                    "relationship",
                    f"{middle}-{name}",
                    company,
                    partial(dict, details),
                    control.evidence,
                    ended,
                    _end(control, self._snapshot.on),
                )

    def _holder(self, control: Control) -> str | dict[str, str] | None:
        """Who an entry speaks of: a record id, or why nobody is named; None where it is only a declaration."""
        if control.party.id is not None:
            return self._record_id(control.party.id)
        if control.party.kind == "protected":
            return f"GB-COH-PER-{_entry(control)}"
        return _unspecified(control)

    def _relationship(self, control: Control) -> Iterator[Draft]:
        """One entry of a register of control: who holds what, or why nobody is named."""
        holder = self._holder(control)
        if holder is None:
            return
        subject = _company_id(control.record.company)
        details: Details = {"isComponent": False, "subject": subject, "interestedParty": holder}
        person = control.party.kind in ("person", "protected")
        if interests := [_interest(one, control, person=person) for one in stake_of(control.record.natures).interests]:
            details["interests"] = interests
        if ways := sorted(_between(control)):
            own = _relationship_id(control)
            details["componentRecords"] = [f"{own}-{way}{part}" for way in ways for part in ("", "-HOLDER", "-STAKE")]
        on = self._snapshot.on
        yield Draft(
            "relationship",
            _relationship_id(control),
            subject,
            lambda: details,
            control.evidence,
            _ended(control, on),
            _end(control, on),
            control.party.rule if "inferred" in control.party.rule else None,
        )

    def _not_known(self, node: str) -> Iterator[Draft]:
        """A chain that breaks off without a word of the register's: a relationship that says so."""
        network = self._network
        if node not in network or next(holders_of(network, node), None) or network.nodes[node].get("gaps"):
            return
        naming = self._names.named_by(node)
        entries = self._snapshot.controls.get(node, ())
        ends = [end for control in entries if (end := _end(control, self._snapshot.on))]
        for ending in endings_of(network, node, followed=False):
            if ending.kind in _NOT_KNOWN:
                subject = self._record_id(node)
                unknown = {"reason": "informationUnknownToPublisher", "description": ending.reason}
                details = {"isComponent": False, "subject": subject, "interestedParty": unknown}
                evidence = tuple(self._evidence(node)) or (naming.evidence if naming else ())
                yield Draft(
                    "relationship",
                    f"{subject}-REL-UNKNOWN",
                    subject,
                    partial(dict, details),
                    evidence,
                    since=max(ends, default=None),
                )


def _company_id(node: str) -> str:
    return node.replace("gb-coh:", "GB-COH-")


def _entry(control: Control) -> str:
    """``03885446-AbC`` of the entry ``psc:03885446/AbC``."""
    return control.record.id.removeprefix("psc:").replace("/", "-")


def _relationship_id(control: Control) -> str:
    return f"GB-COH-REL-{_entry(control)}"


def _begun(control: Control, on: date) -> bool:
    return control.record.notified_on is None or control.record.notified_on <= on


def _ended(control: Control, on: date) -> bool:
    record = control.record
    if record.exemptions is not None:
        return not any(in_force(one.rpartition(" ")[2], on) for one in record.exemptions)
    return bool(record.ceased) or (record.ceased_on is not None and record.ceased_on <= on)


def _end(control: Control, on: date) -> date | None:
    """The day from which an entry is as it is on a day, where that is not the day of a list."""
    ceased = control.record.ceased_on
    return ceased if ceased is not None and ceased <= on else None


def _unspecified(control: Control) -> dict[str, str] | None:
    """Why an entry names nobody, in BODS's words; None where it is only a declaration of change."""
    record = control.record
    if record.statement is not None:
        reason = reason_of(record.statement)
        return None if reason == NO_GAP else {"reason": reason, "description": record.statement}
    if record.exemptions:
        return {"reason": EXEMPT, "description": ", ".join(sorted(record.exemptions))}
    return None


def _between(control: Control) -> dict[str, list[Interest]]:
    """What an entry says stands between the holder and the company, with the interests held that way."""
    found: dict[str, list[Interest]] = {}
    if control.party.id is None:
        return found
    for one in stake_of(control.record.natures).interests:
        if one.via in _BETWEEN:
            found.setdefault(_BETWEEN[one.via][0], []).append(one)
    return found


def _over(one: Interest) -> str:
    """What the holder has of the trust or firm: of an overseas entity's the register says that they are its trustee."""
    return "trustee" if one.via == "trust" and one.of == "overseas-entity" else "otherInfluenceOrControl"


def _person_details(name: str | None) -> Details:
    if not name:
        return {"isComponent": False, "personType": "unknownPerson"}
    return {"isComponent": False, "personType": "knownPerson", "names": [{"type": "legal", "fullName": name}]}


def _body_details(party: str, control: Control) -> Details:
    record = control.record
    kind = dict(_BODIES.get(ending_of_body(party, control).kind, {"type": "registeredEntity"}))
    if record.legal_form:
        kind["details"] = record.legal_form
    details: Details = {"isComponent": False, "entityType": kind}
    if record.name:
        details["name"] = record.name
    if country := country_of(record):
        details["jurisdiction"] = {"name": country.title()}
    if record.registration_number:
        where = record.place_registered or record.country_registered or "a register that is not named"
        details["identifiers"] = [{"schemeName": f"as filed: {where}", "id": record.registration_number}]
    return details


def _interest(one: Interest, control: Control, *, person: bool, how: str | None = None) -> Details:
    """One nature of control. A nominee's interest is in a nomination, which the register gives no entity for: it is
    published as of unknown type, with the register's own word beside it. Only a person owns beneficially."""
    interest: Details = {
        "type": "unknownInterest" if one.type == "nominee" else one.type,
        "directOrIndirect": how or {"direct": "direct", "unknown": "unknown"}.get(one.via, "indirect"),
        "beneficialOwnershipOrControl": person,
        "details": one.slug,
    }
    if one.share is not None:
        interest["share"] = _share(one.share)
    return _dated(interest, control)


def _dated(interest: Details, control: Control) -> Details:
    record = control.record
    if record.notified_on and (record.ceased_on is None or record.notified_on <= record.ceased_on):
        interest["startDate"] = record.notified_on.isoformat()
    if record.ceased_on:
        interest["endDate"] = record.ceased_on.isoformat()
    return interest


def _share(share: Share) -> dict[str, float]:
    low, high = ("exclusiveMinimum" if share.above else "minimum"), ("exclusiveMaximum" if share.below else "maximum")
    return {low: share.minimum * 100, high: share.maximum * 100}
