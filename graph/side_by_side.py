"""The rules for groups side by side: they differ, and a reader has to see how before any of them is believed."""

from __future__ import annotations

from dataclasses import dataclass

from graph.answers import Ownership
from graph.groups import RULES, Group
from graph.landlords import beds_of
from graph.ownership import held_of, name_of, seats_of


@dataclass(frozen=True, slots=True)
class RuleFigures:
    """What one rule makes of a register: how many groups, how many homes stand in one, and the largest by beds.

    ``several`` counts the groups of more than one provider: only there does the rule say anything that the
    regulator's own list of providers does not. ``homes_in_several`` are the homes in those.
    """

    rule: str
    joins: str
    groups: int
    homes: int
    several: int
    homes_in_several: int
    largest: Group | None
    largest_beds: int
    largest_beds_unknown_homes: int
    largest_joined_by: tuple[Joiner, ...]


@dataclass(frozen=True, slots=True)
class Joiner:
    """Somebody who ties together, straight and by one rule's links, what the narrowest rule (control50) keeps apart.

    ``groups`` are how many groups of that rule that run homes, ``homes`` how many homes they run. ``board``: it is tied
    to one of them by a seat on a board, and not as owner of all.
    """

    party: str
    name: str
    groups: int
    homes: int
    board: bool


def joiners(ownership: Ownership, group: Group) -> tuple[Joiner, ...]:
    """Who joins a group together that control50 takes apart, by how many groups, most first, then by id.

    A wide rule is only as good as those who join by it: one director of strangers makes one group of them all. Nobody
    joins what control50 holds together, or what one brand lists.
    """
    if group.rule in ("brand", "control50"):
        return ()
    heads, homes_under = ownership.heads("control50"), ownership.homes_under
    found = []
    for party in group.members:
        owned = {heads[held] for held in held_of(ownership.network, party)} & homes_under.keys()
        seats = set()
        if group.rule == "affiliated":
            seats = {heads[company] for company in seats_of(ownership.network, party)} & homes_under.keys()
        if len(tied := owned | seats) > 1:
            homes = sum(len(homes_under[head]) for head in tied)
            found.append(Joiner(party, name_of(ownership.network, party), len(tied), homes, not seats <= owned))
    return tuple(sorted(found, key=lambda one: (-one.groups, -one.homes, one.party)))


def side_by_side(ownership: Ownership) -> tuple[RuleFigures, ...]:
    """Every rule's figures, in the order of RULES. Beds are registered beds on the network's day."""
    found = []
    for rule, joins in RULES.items():
        groups = ownership.groups(rule)
        several = [group for group in groups if len(group.providers) > 1]
        beds = {group.id: beds_of(ownership.network, group.homes) for group in groups}
        largest = min(groups, key=lambda group: (-beds[group.id][0], group.id), default=None)
        found.append(
            RuleFigures(
                rule,
                joins,
                len(groups),
                sum(len(group.homes) for group in groups),
                len(several),
                sum(len(group.homes) for group in several),
                largest,
                *(beds[largest.id] if largest else (0, 0)),
                joiners(ownership, largest) if largest else (),
            )
        )
    return tuple(found)


def groups_of(ownership: Ownership, member: str) -> tuple[tuple[str, Group | None], ...]:
    """The group that holds a home, provider, company, owner or brand by each rule; None where the rule has none."""
    found = []
    for rule in RULES:
        groups = ownership.groups(rule)
        found.append((rule, next((one for one in groups if member == one.id or member in one.members), None)))
    return tuple(found)
