"""``longstop groups``: what each rule joins, side by side, because the rules differ."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any

import typer

from cli.session import AsJson, Known, On, Refused, answer_json, answer_table, read_snapshot
from contingency.scenarios.choice import read_id
from graph.answers import Ownership
from graph.groups import RULES, UnknownRule, groups_by
from graph.landlords import LandlordGroup, beds_of, landlord_groups
from graph.lenders import LenderGroup, lender_groups
from graph.ownership import name_of
from graph.side_by_side import Joiner, groups_of, joiners, side_by_side

#: Of those who join a group, how many are named in JSON.
MOST_JOINERS = 10
GROUPED = ("provider", "landlord", "lender")


def groups(  # noqa: PLR0917 - a command line has as many options as its user needs
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
                **_joined_by(joiners(ownership, group) if group else ()),
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
                **_joined_by(one.largest_joined_by),
            }
            for one in side_by_side(ownership)
        ]
    }


def _joined_by(found: Sequence[Joiner]) -> dict[str, Any]:
    """Who joins what the narrowest rule keeps apart: how many they are, and those who join most."""
    return {
        "joiners": len(found),
        "joined_most_by": [
            {"id": one.party, "name": one.name, "groups": one.groups, "homes": one.homes, "by_board": one.board}
            for one in found[:MOST_JOINERS]
        ],
    }


def _most(row: dict[str, Any]) -> str:
    """The first of those who join, for a table: "Robin Example (12 groups, 300 homes), and 4 more"."""
    if not row["joined_most_by"]:
        return ""
    first = row["joined_most_by"][0]
    more = f", and {row['joiners'] - 1:,} more" if row["joiners"] > 1 else ""
    return f"{first['name']} ({first['groups']:,} groups, {first['homes']:,} homes){more}"


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
            ("rule", "id", "name", "providers", "homes", "beds", "joined most by", "what it joins"),
            (
                (row["rule"], row["id"] or "none", row["name"] or "", len(row["providers"]), len(row["homes"]),
                 row["beds"], _most(row), row["joins"])
                for row in answer["rules"]
            ),
        )  # fmt: skip
    else:
        answer_table(
            "The rules side by side: they differ, and none of them is the group",
            ("rule", "groups", "homes", "of several providers", "homes in those", "largest", "its homes", "its beds",
             "joined most by", "what it joins"),
            (
                (row["rule"], row["groups"], row["homes"], row["groups_of_several_providers"], row["homes_in_those"],
                 row["largest_name"] or "", row["largest_homes"], row["largest_beds"], _most(row), row["joins"])
                for row in answer["rules"]
            ),
        )  # fmt: skip
