"""A group's providers fail together. What a group is, is said by a rule: the rules differ, and each is named."""

from __future__ import annotations

from collections.abc import Sequence

from contingency.scenarios.choice import Failure, UnknownName, read_id, standing
from graph.groups import RULES, Group, UnknownRule, groups_by
from graph.ownership import build_network
from register.snapshot import Snapshot


def affected(snapshot: Snapshot, names: Sequence[str], rule: str = "brand") -> Failure:
    """Homes in the same group as the brand, company, owner, provider or home named.

    Raises UnknownName, also for a rule that is none and for something that stands in no group.
    """
    network = build_network(snapshot)
    try:
        groups = groups_by(network, rule)
    except UnknownRule as problem:
        raise UnknownName(str(problem)) from problem
    group_of = {member: group for group in groups for member in (group.id, *group.members)}
    chosen: dict[str, Group] = {}
    for name in names:
        found = group_of[read_id(name, group_of, "brand, company, provider or home in a group")]
        chosen[found.id] = found
    titles = " and ".join(chosen[group].name for group in sorted(chosen))
    return Failure(
        tuple(sorted(chosen)),
        f"the group of {titles} fails with every provider in it (rule {rule}: {RULES[rule]})",
        standing(snapshot.homes[home] for group in chosen.values() for home in group.homes),
    )
