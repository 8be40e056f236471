"""``longstop owners`` and ``groups``: who stands behind a home, and what each rule joins."""

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
from graph.groups import RULES, UnknownRule, groups_by
from graph.landlords import LandlordGroup, beds_of, landlord_groups
from graph.lenders import LenderGroup, lender_groups
from graph.ownership import name_of
from graph.side_by_side import groups_of, side_by_side
from graph.surroundings import surroundings, title_document
from register.snapshot import Snapshot

CHAIN_RULES: tuple[Rule, ...] = ("psc25", "control50")
GROUPED = ("provider", "landlord", "lender")


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
    if building := document.get("building"):
        yield "\nThe building"
        yield f"  {_building(building)}"
        for relation in building["relations"]:
            yield f"  to the provider: {relation['kind']}: {relation['why']}"
        yield from _claims(building["claims"])
    if title := document.get("title"):
        yield f"\nThe title ({title['tenure'] or 'tenure not given'})"
        if not document["titles"]:
            yield "  no home is known to stand on it"
            for owner in title["owners"]:
                yield f"  {owner['name']} ({owner['id']}) owns it; rule: {owner['rule']}"
            for evidence in title["evidence"]:
                yield f"      rests on: {_stands(evidence)}"
    if document.get("titles"):
        yield "\nTitles"
        yield from _claims(document["titles"])
    if lets := document.get("lets"):
        yield f"\nHomes that it lets: {len(lets):,}"
        yield from (f"  {one['name']} ({one['home']}), as {one['as']}" for one in lets)
    if charges := document.get("charges"):
        yield "\nOutstanding charges"
        yield from _claims(charges)
    if (board := document.get("board")) and board["known"]:
        yield f"\nThe board: {board['directors']:,} directors and {board['secretaries']:,} secretaries"
        for one in board["shared_with"]:
            yield f"  {one['directors']:,} of the directors also sit on the board of {one['name']} ({one['company']})"
    if events := document.get("insolvency"):
        yield "\nInsolvency in the chain"
        for event in events:
            days = f" ({', '.join(event['dates'])})" if event["dates"] else ""
            yield f"  {event['name']} ({event['company']}): {event['event']}{days}"
            yield f"      business failure in law: {event['business_failure']}: {event['why']}"
            yield f"      rests on: {_stands(event['evidence'][0] if event['evidence'] else None)}; {event['record']}"


def _building(building: dict[str, Any]) -> str:
    names = " and ".join(
        f"{one['name']} ({one['jurisdiction'] or 'where is not given'})" for one in building["landlords"]
    )
    match building["occupation"]:
        case "owner-occupied":
            return "the registered provider owns it"
        case "leased":
            return f"the landlord is {names}"
    why = building["reason"] or building["state"]
    return f"its owner is not known: {why}" + (f" ({building['detail']})" if building["detail"] else "")


def _claims(claims: Sequence[dict[str, Any]]) -> Iterator[str]:
    for claim in claims:
        how = f" [{claim['how']}]" if "how" in claim else ""
        yield f"  {claim['sentence']}{how}" + ("" if claim["certain"] else " (waits for a person's judgement)")
        yield f"      rests on: {claim['rests_on']}"


def groups(
    identifier: Annotated[
        str | None, typer.Argument(metavar="[ID]", help="The group of one home, provider, company, owner or brand.")
    ] = None,
    rule: Annotated[
        str | None, typer.Option(help=f"List the groups by one rule: {', '.join(RULES)}. Without it, all side by side.")
    ] = None,
    of: Annotated[str, typer.Option(help=f"Groups of whom: {', '.join(GROUPED)}.")] = "provider",
    as_json: AsJson = False,
    on: On = None,
    known: Known = None,
) -> None:
    """What each rule holds together, side by side, because they differ; or one rule's groups, the largest first."""
    if of not in GROUPED:
        raise Refused(f"--of {of}: choose {' or '.join(GROUPED)}")
    if identifier is not None and (rule is not None or of != "provider"):
        raise Refused("an ID is shown by every rule side by side: leave --rule and --of out")
    _, snapshot = read_snapshot(on, known)
    ownership = Ownership(snapshot)
    try:
        if identifier is not None:
            answer = _groups_of_one(ownership, identifier)
        elif rule is None and of == "provider":
            answer = _side_by_side(ownership)
        else:
            answer = _by_rule(ownership, rule or "control50", of)
    except UnknownRule as problem:
        raise Refused(f"--rule: {problem}") from problem
    answer |= {"on": snapshot.on.isoformat(), "snapshot": snapshot.digest}
    if as_json:
        answer_json(answer)
    else:
        _print_groups(answer)


def _groups_of_one(ownership: Ownership, identifier: str) -> dict[str, Any]:
    network, snapshot = ownership.network, ownership.snapshot
    found_id = read_id(identifier, dict.fromkeys([*network, *snapshot.home_of]), "home, provider, company or brand")
    node = snapshot.home_of.get(found_id, found_id)
    rows = []
    for rule, group in groups_of(ownership, node):
        beds, unknown = beds_of(network, group.homes) if group else (0, 0)
        rows.append(
            {
                "rule": rule,
                "joins": RULES[rule],
                "id": group.id if group else None,
                "name": group.name if group else None,
                "providers": list(group.providers) if group else [],
                "homes": list(group.homes) if group else [],
                "beds": beds,
                "homes_beds_unknown": unknown,
            }
        )
    return {"id": node, "name": name_of(network, node), "rules": rows}


def _side_by_side(ownership: Ownership) -> dict[str, Any]:
    return {
        "rules": [
            {
                "rule": one.rule,
                "joins": one.joins,
                "groups": one.groups,
                "homes": one.homes,
                "groups_of_several_providers": one.several,
                "homes_in_those": one.homes_in_several,
                "largest": one.largest.id if one.largest else None,
                "largest_name": one.largest.name if one.largest else None,
                "largest_homes": len(one.largest.homes) if one.largest else 0,
                "largest_beds": one.largest_beds,
                "largest_homes_beds_unknown": one.largest_beds_unknown_homes,
            }
            for one in side_by_side(ownership)
        ]
    }


def _by_rule(ownership: Ownership, rule: str, of: str) -> dict[str, Any]:
    network = ownership.network
    rows: list[dict[str, Any]] = []
    if of == "provider":
        for group in groups_by(network, rule):
            beds, unknown = beds_of(network, group.homes)
            rows.append(_row(group.id, group.name, "providers", group.providers, group.homes, beds, unknown))
    found: Sequence[LandlordGroup | LenderGroup] = ()
    if of == "landlord":
        found = landlord_groups(network, rule, ownership.landlords)
    elif of == "lender":
        found = lender_groups(network, rule, ownership.lenders)
    for one in found:
        members = one.landlords if isinstance(one, LandlordGroup) else one.lenders
        rows.append(_row(one.id, one.name, f"{of}s", members, one.homes, one.beds_known, one.beds_unknown_homes))
    rows.sort(key=lambda row: (-row["beds"], row["id"]))
    return {"rule": {"name": rule, "joins": RULES[rule]}, "of": of, "groups": rows}


def _row(  # noqa: PLR0917 - one row has as many columns
    identifier: str, name: str, what: str, members: Sequence[str], homes: Sequence[str], beds: int, unknown: int
) -> dict[str, Any]:
    return {
        "id": identifier,
        "name": name,
        what: list(members),
        "homes": list(homes),
        "beds": beds,
        "homes_beds_unknown": unknown,
    }


def _print_groups(answer: dict[str, Any]) -> None:
    if "groups" in answer:
        rule, what = answer["rule"], f"{answer['of']}s"
        answer_table(
            f"Groups of {what} by {rule['name']}: {rule['joins']}",
            ("id", "name", what, "homes", "beds", "homes with beds unknown"),
            (
                (row["id"], row["name"], len(row[what]), len(row["homes"]), row["beds"], row["homes_beds_unknown"])
                for row in answer["groups"]
            ),
        )
    elif "id" in answer:
        answer_table(
            f"The group of {answer['name']} by each rule",
            ("rule", "id", "name", "providers", "homes", "beds", "what it joins"),
            (
                (row["rule"], row["id"] or "none", row["name"] or "", len(row["providers"]), len(row["homes"]),
                 row["beds"], row["joins"])
                for row in answer["rules"]
            ),
        )  # fmt: skip
    else:
        answer_table(
            "The rules side by side: they differ, and none of them is the group",
            ("rule", "groups", "homes", "of several providers", "homes in those", "largest", "its homes", "its beds",
             "what it joins"),
            (
                (row["rule"], row["groups"], row["homes"], row["groups_of_several_providers"], row["homes_in_those"],
                 row["largest_name"] or "", row["largest_homes"], row["largest_beds"], row["joins"])
                for row in answer["rules"]
            ),
        )  # fmt: skip
