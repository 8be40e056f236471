"""``longstop owners``, ``groups`` and ``export``: who stands behind a home, what a rule joins, and open data out."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
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
    messages,
    read_snapshot,
)
from contingency.scenarios.choice import read_id
from graph.chain_document import chains_document
from graph.control import Rule, chains_above
from graph.exports import FORMATS
from graph.groups import RULES, UnknownRule, groups_by
from graph.ownership import build_network
from register.snapshot import Snapshot

CHAIN_RULES: tuple[Rule, ...] = ("psc25", "control50")


def owners(
    identifier: Annotated[str, typer.Argument(metavar="ID", help="A home, a provider, a company or whoever owns one.")],
    rule: Annotated[
        str, typer.Option(help="psc25: every entry of a register of control; control50: over half for certain.")
    ] = "psc25",
    as_json: AsJson = False,
    on: On = None,
    known: Known = None,
) -> None:
    """The chains above it, link by link: share as an interval, record, day, rule; and how each chain ends."""
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
    """The chains above a home, provider, company or owner as a document. Raises UnknownName."""
    network = build_network(snapshot)
    found_id = read_id(identifier, dict.fromkeys([*network, *snapshot.home_of]), "home, provider, company or owner")
    found = chains_above(network, snapshot.home_of.get(found_id, found_id), rule)
    return chains_document(snapshot, network, found, rule)


def print_chains(document: dict[str, Any]) -> None:
    """Chains of ownership on a terminal: where they end, then each link by link."""
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


def _link(link: dict[str, Any]) -> Iterator[str]:
    """One link in three lines: who holds whom, how much and since when, and what that rests on."""
    verb = {"controls": "holds", "registered": "is registered as", "operates": "runs"}[link["kind"]]
    yield f"  {link['holder_name']} ({link['holder']}) {verb} {link['held_name']} ({link['held']})"
    if link["kind"] == "controls":
        natures = ", ".join(link["natures"]) or "no nature of control filed"
        share = link["share"]["words"] if link["share"] else "share not stated"
        yield f"      {share}; {natures}; since {link['since'] or 'a day not stated'}"
    evidence = link["evidence"][0] if link["evidence"] else None
    stands = "no record"
    if evidence:
        row = f" row {evidence['row']}" if evidence["row"] is not None else ""
        stands = f"{evidence['feed']} as at {evidence['as_at']}, {evidence['file']}{row}, {evidence['sha256'][:12]}"
    yield f"      rests on: {stands}; rule: {link['rule']}"


def groups(
    rule: Annotated[str, typer.Option(help=f"How groups are told: {', '.join(RULES)}.")] = "control50",
    as_json: AsJson = False,
    on: On = None,
    known: Known = None,
) -> None:
    """What one rule holds together, by homes and registered beds, the largest first. The rules differ."""
    _, snapshot = read_snapshot(on, known)
    network = build_network(snapshot)
    try:
        found = groups_by(network, rule)
    except UnknownRule as problem:
        raise Refused(f"--rule: {problem}") from problem
    rows: list[dict[str, Any]] = []
    for group in found:
        beds = [snapshot.homes[home].beds(snapshot.on) for home in group.homes]
        rows.append(
            {
                "id": group.id,
                "name": group.name,
                "providers": list(group.providers),
                "homes": list(group.homes),
                "beds": sum(count for count in beds if count is not None),
                "homes_beds_unknown": sum(count is None for count in beds),
            }
        )
    rows.sort(key=lambda row: (-row["beds"], row["id"]))
    if as_json:
        joins = {"name": rule, "joins": RULES[rule]}
        answer_json({"on": snapshot.on.isoformat(), "snapshot": snapshot.digest, "rule": joins, "groups": rows})
        return
    answer_table(
        f"Groups by {rule}: {RULES[rule]}",
        ("id", "name", "providers", "homes", "beds", "homes with beds unknown"),
        (
            (row["id"], row["name"], len(row["providers"]), len(row["homes"]), row["beds"], row["homes_beds_unknown"])
            for row in rows
        ),
    )


def export(
    form: Annotated[str, typer.Argument(metavar="FORMAT", help=f"Which: {', '.join(FORMATS)}.")],
    out: Annotated[Path, typer.Option(help="The file to write; a name that ends in .jsonl makes bods JSON lines.")],
    on: On = None,
    known: Known = None,
) -> None:
    """Write who owns what as open data. Two exports of one register are byte for byte the same."""
    if form not in FORMATS:
        raise Refused(f"{form!r} is not a format; choose {' or '.join(FORMATS)}")
    _, snapshot = read_snapshot(on, known)
    try:
        count = FORMATS[form](snapshot, build_network(snapshot), out)
    except OSError as problem:
        raise Refused(f"--out {out}: {problem.strerror}") from problem
    messages.print(f"{out}: {count:,} records as at {snapshot.on}", markup=False, soft_wrap=True)
    if not snapshot.controls:
        raise Incomplete("nothing is known of who controls companies: longstop refresh companies_house_bulk")
