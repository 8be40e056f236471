"""``longstop owners``: who stands behind a home, a company or a title, and what that rests on."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Annotated, Any

import typer

from cli.session import (
    AsJson,
    Incomplete,
    Known,
    On,
    Refused,
    answer_json,
    answer_table,
    answers,
    read_snapshot,
)
from contingency.scenarios.choice import read_id
from graph.answers import Ownership
from graph.chain_document import chains_document
from graph.control import Chains, Rule, chains_above
from graph.groups import RULES
from graph.surroundings import surroundings, title_document
from printing.wording import count
from register.snapshot import Snapshot

CHAIN_RULES: tuple[Rule, ...] = ("psc25", "control50")


def owners(
    identifier: Annotated[
        str,
        typer.Argument(metavar="ID", help="A home, a provider, a company, a title, a lender or whoever owns one."),
    ],
    rule: Annotated[
        str, typer.Option(help="psc25: every entry of a register of control; control50: over half for certain.")
    ] = "psc25",
    as_json: AsJson = False,
    on: On = None,
    known: Known = None,
) -> None:
    """The chains above it, link by link, with share, record, day and rule; its building, its lenders, its board."""
    chosen = next((one for one in CHAIN_RULES if one == rule), None)
    if chosen is None:
        raise Refused(f"--rule {rule}: choose {' or '.join(CHAIN_RULES)}")
    _, snapshot = read_snapshot(on, known)
    document = owners_of(snapshot, identifier, chosen)
    if as_json:
        answer_json(document)
    else:
        print_chains(document)
    if not snapshot.controls:
        raise Incomplete("nothing is known of who controls companies: longstop refresh companies_house_bulk")
    if document["cut"]:
        raise Incomplete(f"there are more than {len(document['chains']):,} chains; the rest are not listed")


def owners_of(snapshot: Snapshot, identifier: str, rule: Rule = "psc25") -> dict[str, Any]:
    """What stands above and beside a home, provider, company, title, lender or owner. Raises UnknownName."""
    ownership = Ownership(snapshot)
    network = ownership.network
    known = dict.fromkeys([*network, *snapshot.home_of, *snapshot.titles])
    found_id = read_id(identifier, known, "home, provider, company, title, lender or owner")
    node = snapshot.home_of.get(found_id, found_id)
    if node not in network:
        return _title_alone(snapshot, node, rule)
    found = chains_above(network, node, rule)
    if node in snapshot.titles:
        found = _above_owners(ownership, node, rule)
    document = chains_document(snapshot, network, found, rule)
    companies = {node, *(tie.holder for chain in found.chains for tie in chain.ties)}
    document |= surroundings(ownership, node, companies)
    document["title"] = title_document(snapshot.titles[node]) if node in snapshot.titles else None
    return document


def _above_owners(ownership: Ownership, title: str, rule: Rule) -> Chains:
    """The chains above every owner of a title, as if they were the title's."""
    parts = [
        chains_above(ownership.network, owner, rule)
        for owner, kind in sorted({(owner, kind) for owner, _, kind in ownership.network.in_edges(title, data="kind")})
        if kind in ("owns", "leases")
    ]
    return Chains(
        title,
        tuple(chain for part in parts for chain in part.chains),
        tuple(sorted({cycle for part in parts for cycle in part.cycles})),
        any(part.cut for part in parts),
    )


def _title_alone(snapshot: Snapshot, title: str, rule: Rule) -> dict[str, Any]:
    """A title on which no home is known to stand: its owners, and no chain."""
    return {
        "schema": "longstop/owners/1",
        "snapshot": snapshot.digest,
        "on": snapshot.on.isoformat(),
        "invented": snapshot.invented,
        "id": title,
        "name": title.removeprefix("hmlr:"),
        "kind": "title",
        "rule": {"name": rule, "joins": RULES[rule]},
        "ends": [], "chains": [], "cycles": [], "cut": False,
        "building": None, "titles": [], "lets": [], "charges": [], "board": None, "insolvency": [],
        "lender": None, "flags": [],
        "title": title_document(snapshot.titles[title]),
    }  # fmt: skip


def print_chains(document: dict[str, Any]) -> None:
    """Chains of ownership on a terminal: where they end, link by link, and what stands beside them."""
    if document["invented"]:
        answers.print("INVENTED COUNTY: an exercise. No home, person or company here is real.", style="bold reverse")
    answers.print(
        f"{document['name']} ({document['id']}) on {document['on']}, by the rule {document['rule']['name']}: "
        f"{document['rule']['joins']}",
        style="bold",
        markup=False,
    )
    answer_table(
        "Where the chains end",
        ("how", "who", "id", "offshore", "why that is said"),
        (
            (end["kind"], end["name"], end["id"], "yes" if end["offshore"] else "", end["reason"])
            for end in document["ends"]
        ),
    )
    for number, chain in enumerate(document["chains"], start=1):
        if not chain["links"]:
            answers.print("\nNobody is known to stand above it.", style="bold")
            continue
        share = chain["share"]["words"] if chain["share"] else "not stated"
        all_the_way = ", more than half all the way" if chain["controlled"] and chain["depth"] else ""
        answers.print(
            f"\nChain {number} of {len(document['chains'])}: {chain['ending']['kind']}, share {share}{all_the_way}",
            style="bold",
            markup=False,
        )
        for link in chain["links"]:
            for line in _link(link):
                answers.print(line, markup=False, soft_wrap=True)
    for cycle in document["cycles"]:
        answers.print(f"\nA ring, told once: {' → '.join([*cycle, cycle[0]])}", markup=False)
    for line in _beside(document):
        answers.print(line, markup=False, soft_wrap=True)


def _link(link: dict[str, Any]) -> Iterator[str]:
    """One link in three lines: who holds whom, how much and since when, and what that rests on."""
    verb = {"controls": "holds", "registered": "is registered as", "operates": "runs"}[link["kind"]]
    yield f"  {link['holder_name']} ({link['holder']}) {verb} {link['held_name']} ({link['held']})"
    if link["kind"] == "controls":
        natures = ", ".join(link["natures"]) or "no nature of control filed"
        share = link["share"]["words"] if link["share"] else "share not stated"
        yield f"      {share}; {natures}; since {link['since'] or 'a day not stated'}"
    evidence = link["evidence"][0] if link["evidence"] else None
    yield f"      rests on: {_stands(evidence)}; rule: {link['rule']}"


def _stands(evidence: dict[str, Any] | None) -> str:
    if not evidence:
        return "no record"
    row = f" row {evidence['row']}" if evidence["row"] is not None else ""
    return f"{evidence['feed']} as at {evidence['as_at']}, {evidence['file']}{row}, {evidence['sha256'][:12]}"


def _beside(document: dict[str, Any]) -> Iterator[str]:
    """The building, the loans, the board and the failures, a sentence each, with what it rests on below it."""
    if building := document["building"]:
        yield "\nThe building"
        yield f"  {_building(building)}"
        yield from (f"  to the provider: {one['kind']}: {one['why']}" for one in building["relations"])
        yield from _claims(building["claims"])
    yield from _of_title(document)
    if lets := document["lets"]:
        yield f"\nHomes that it lets: {len(lets):,}"
        yield from (f"  {one['name']} ({one['home']}), as {one['as']}" for one in lets)
    if lender := document["lender"]:
        yield f"\nThe lender may be {lender['name']} ({lender['id']}): {lender['rule']}"
    if charges := document["charges"]:
        yield "\nOutstanding charges"
        yield from _claims(charges)
    if (board := document["board"]) and board["known"]:
        secretaries = count(board["secretaries"], "secretary", "secretaries")
        yield f"\nThe board: {count(board['directors'], 'director')} and {secretaries}"
        for one in board["shared_with"]:
            yield f"  {one['directors']:,} of the directors also sit on the board of {one['name']} ({one['company']})"
    if events := document["insolvency"]:
        yield "\nInsolvency in the chain"
        yield from (line for event in events for line in _event(event))
    if flags := document["flags"]:
        yield "\nWhat Companies House says of the companies in the chain"
        for one in flags:
            yield f"  {one['name']} ({one['company']}) {one['said']}"
            yield f"      rests on: {_stands(one['evidence'][0] if one['evidence'] else None)}"


def _of_title(document: dict[str, Any]) -> Iterator[str]:
    if title := document["title"]:
        yield f"\nThe title ({title['tenure'] or 'tenure not given'})"
        if not document["titles"]:
            yield "  no home is known to stand on it"
            yield from (f"  {one['name']} ({one['id']}) owns it; rule: {one['rule']}" for one in title["owners"])
            yield from (f"      rests on: {_stands(evidence)}" for evidence in title["evidence"])
    if document["titles"]:
        yield "\nTitles"
        yield from _claims(document["titles"])


def _event(event: dict[str, Any]) -> Iterator[str]:
    days = f" ({', '.join(event['dates'])})" if event["dates"] else ""
    yield f"  {event['name']} ({event['company']}): {event['event']}{days}"
    yield f"      business failure in law: {event['business_failure']}: {event['why']}"
    yield f"      rests on: {_stands(event['evidence'][0] if event['evidence'] else None)}; {event['record']}"


def _building(building: dict[str, Any]) -> str:
    landlords = [f"{one['name']} ({one['jurisdiction'] or 'where is not given'})" for one in building["landlords"]]
    match building["occupation"]:
        case "owner-occupied":
            return "the registered provider owns it"
        case "leased":
            return f"the landlord is {' and '.join(landlords)}"
    why = building["reason"] or building["state"]
    return f"its owner is not known: {why}" + (f" ({building['detail']})" if building["detail"] else "")


def _claims(claims: Sequence[dict[str, Any]]) -> Iterator[str]:
    for claim in claims:
        how = f" [{claim['how']}]" if "how" in claim else ""
        yield f"  {claim['sentence']}{how}" + ("" if claim["certain"] else " (waits for a person's judgement)")
        yield f"      rests on: {claim['rests_on']}"
