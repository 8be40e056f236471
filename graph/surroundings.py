"""What stands beside a chain of ownership: the building and its owner, loans, boards, insolvency. Values for JSON.

None of it makes an owner. Every claim carries the record, the day and the rule that it rests on.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from graph.answers import Ownership
from graph.chain_document import evidence_document
from graph.claims import Claim, claim_document, claim_of
from graph.landlords import Holding, TitleOwner, holding_of, jurisdiction_of
from graph.ownership import board_of, held_by, linked, name_of
from graph.related import Relation
from register.flags import flags_of
from register.insolvency import meaning_of, meaning_of_case
from register.snapshot import Home, Snapshot, Title


def surroundings(ownership: Ownership, node: str, companies: Iterable[str]) -> dict[str, Any]:
    """What is known around a node of the network; ``companies`` are those of its chains, whose failures are told.

    ``building``: of a home, else None. ``titles``: the owners, of a title; what it owns, of a party. ``charges``:
    those that a company gave, or the nearest that a home hangs on. ``board``: of a company, else None. ``flags``: what
    Companies House says of those companies that calls for a look. ``lender``: of a lender, the company of its name.
    """
    kind = ownership.network.nodes[node]["kind"]
    return {
        "building": building_document(ownership, node) if kind == "home" else None,
        "titles": [claim_document(one) for one in _titles(ownership, node)],
        "lets": _lets(ownership, node),
        "charges": _charges(ownership, node),
        "board": _board(ownership, node) if kind == "company" else None,
        "insolvency": [one for company in sorted({*companies}) for one in _insolvency(ownership, company)],
        "lender": _lender(ownership, node) if kind == "lender" else None,
        "flags": [one for company in sorted({*companies}) for one in _flags(ownership.snapshot, company)],
    }


def building_document(ownership: Ownership, home: str) -> dict[str, Any]:
    """Whose building a home is in, how its owner stands to its provider, and what each of that rests on."""
    network, snapshot = ownership.network, ownership.snapshot
    holding = holding_of(network, home)
    return {
        "state": holding.state,
        "reason": holding.reason,
        "detail": holding.detail,
        "occupation": holding.occupation,
        "more_owners": holding.more_owners,
        "landlords": [_party(ownership, one) for one in holding.landlords],
        "between": [_party(ownership, one) for one in holding.between],
        "relations": [_relation(ownership, one) for one in ownership.kinships.all_of(holding)],
        "claims": [claim_document(one) for one in claims_of_building(ownership, holding)],
        "searched": [evidence_document(one) for one in trace.evidence] if (trace := snapshot.traces.get(home)) else [],
    }


def claims_of_building(ownership: Ownership, holding: Holding) -> tuple[Claim, ...]:
    """Who owns which title, and that the home stands on it: accepted links first, each owner before its title."""
    network, snapshot = ownership.network, ownership.snapshot
    found: dict[tuple[str, str, str], Claim] = {}
    for one in (*holding.freehold, *holding.leasehold, *holding.waiting):
        for held, facts in held_by(network, one.party, _kind_of(one)):
            if held == one.title.id:
                found[one.party, held, "owns"] = claim_of(snapshot, network, one.party, held, facts)
        for title, facts in linked(network, holding.home, "stands_on"):
            if title == one.title.id:
                found[title, holding.home, "stands"] = claim_of(snapshot, network, title, holding.home, facts)
    return tuple(found.values())


def title_document(title: Title) -> dict[str, Any]:
    """A title as the register holds it: its number, tenure and owners, and no other word of its rows (the licence)."""
    return {
        "id": title.id,
        "tenure": title.tenure,
        "more_owners": title.more_owners,
        "owners": [
            {"id": one.party.id, "name": one.proprietor.name, "kind": one.party.kind, "rule": one.party.rule}
            for one in title.owners
        ],
        "evidence": [evidence_document(one) for entry in title.entries for one in entry.evidence],
    }


def _kind_of(one: TitleOwner) -> Any:
    return "leases" if (one.title.tenure or "").casefold() == "leasehold" else "owns"


def _party(ownership: Ownership, party: str) -> dict[str, Any]:
    network = ownership.network
    return {"id": party, "name": name_of(network, party), "jurisdiction": jurisdiction_of(network, party)}


def _relation(ownership: Ownership, one: Relation) -> dict[str, Any]:
    network, snapshot = ownership.network, ownership.snapshot
    return {
        "landlord": one.party,
        "kind": one.kind,
        "why": one.why,
        "common": one.common,
        "links": [
            claim_document(claim_of(snapshot, network, tie.holder, tie.held, facts))
            for tie in one.ties
            for held, facts in held_by(network, tie.holder, tie.kind)
            if held == tie.held and facts.get("control") is tie.control
        ],
        "directors": [[mine.record.id, theirs.record.id] for mine, theirs in one.directors],
    }


def _titles(ownership: Ownership, node: str) -> list[Claim]:
    network, snapshot = ownership.network, ownership.snapshot
    owners = [
        claim_of(snapshot, network, owner, node, facts)
        for kind in ("owns", "leases")
        for owner, facts in linked(network, node, kind)
    ]
    if owners:
        homes = [claim_of(snapshot, network, node, home, facts) for home, facts in held_by(network, node, "stands_on")]
        return owners + homes
    return [
        claim_of(snapshot, network, node, title, facts)
        for kind in ("owns", "leases")
        for title, facts in held_by(network, node, kind)
    ]


def _lets(ownership: Ownership, node: str) -> list[dict[str, Any]]:
    """The homes of which a party is landlord, or leases between, by accepted titles."""
    if not (held_by(ownership.network, node, "owns") or held_by(ownership.network, node, "leases")):
        return []
    return [
        {"home": one.home, "name": name_of(ownership.network, one.home), "as": how}
        for one in ownership.holdings.values()
        for how, parties in (("landlord", one.landlords), ("between", one.between))
        if node in parties
    ]


def _charges(ownership: Ownership, node: str) -> list[dict[str, Any]]:
    network, snapshot = ownership.network, ownership.snapshot
    if isinstance(network.nodes[node].get("home"), Home):
        return [
            claim_document(claim_of(snapshot, network, one.lender, one.company, facts))
            | {"how": one.how, "direct": one.direct}
            for one in ownership.exposures
            if one.home == node
            for company, facts in held_by(network, one.lender, "lends")
            if company == one.company and facts["charge"].record.id == one.charge.record.id
        ]
    given = [claim_of(snapshot, network, lender, node, facts) for lender, facts in linked(network, node, "lends")]
    taken = [claim_of(snapshot, network, node, company, facts) for company, facts in held_by(network, node, "lends")]
    return [claim_document(one) for one in (*given, *taken)]


def _lender(ownership: Ownership, node: str) -> dict[str, Any] | None:
    """The one company of the register that bears a lender's name or once bore it, and the rule; None: there is none."""
    found = next((one for one in ownership.lenders if one.id == node and one.company), None)
    if found is None or found.company is None:
        return None
    return {"id": found.company, "name": name_of(ownership.network, found.company), "rule": found.company_rule}


def _board(ownership: Ownership, node: str) -> dict[str, Any]:
    """How many sit on a board, and which other companies of the network share some of them. No names."""
    network = ownership.network
    seats = linked(network, node, "officer")
    directors = board_of(network, node).keys()
    others: dict[str, int] = {}
    for who in sorted(directors):
        for company in sorted({company for company, _ in held_by(network, who, "officer")} - {node}):
            others[company] = others.get(company, 0) + 1
    return {
        "known": bool(seats),
        "directors": len(directors),
        "secretaries": len({who for who, facts in seats if "secretary" in facts["officer"].record.role} - directors),
        "shared_with": [
            {"company": one, "name": name_of(network, one), "directors": others[one]} for one in sorted(others)
        ],
    }


def _flags(snapshot: Snapshot, company: str) -> list[dict[str, Any]]:
    held = snapshot.companies.get(company)
    return [
        {
            "company": company,
            "name": held.record.name,
            "flag": one.kind,
            "said": one.said,
            "evidence": [evidence_document(seen) for seen in held.evidence],
        }
        for one in flags_of(held, snapshot)
    ] if held else []  # fmt: skip


def _insolvency(ownership: Ownership, company: str) -> list[dict[str, Any]]:
    """What Companies House and the Gazette say of a company's insolvency, and what each means in law."""
    snapshot = ownership.snapshot
    found = [
        (case.record.id, meaning_of_case(case.record), list(case.record.dates or ()), case.evidence)
        for case in snapshot.insolvencies.get(company, ())
    ] + [
        (
            notice.record.id,
            meaning_of(notice.record.code),
            [f"published {notice.record.published_on.isoformat()}"] if notice.record.published_on else [],
            notice.evidence,
        )
        for notice in snapshot.notices.get(company, ())
    ]
    name = name_of(ownership.network, company) if company in ownership.network else company
    return [
        {
            "company": company,
            "name": name,
            "event": meaning.event,
            "business_failure": meaning.failure,
            "why": meaning.why,
            "dates": dates,
            "record": record,
            "evidence": [evidence_document(one) for one in evidence],
        }
        for record, meaning, dates, evidence in found
    ]
