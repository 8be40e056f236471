"""The rules for groups side by side: they differ, and a reader has to see how before any of them is believed."""

from __future__ import annotations

from dataclasses import dataclass

from graph.answers import Ownership
from graph.groups import RULES, Group
from graph.landlords import beds_of


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
