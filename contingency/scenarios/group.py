"""A group's providers fail together. What a group is, is said by a rule: the rules differ, and each is named."""

from __future__ import annotations

from collections.abc import Sequence

from contingency.scenarios.choice import Failure, UnknownName, read_id, standing
from graph.answers import Ownership
from graph.claims import claims_between
from graph.groups import RULES, Group, UnknownRule
from graph.ownership import OWNERSHIP, name_of

#: Along which links a group's chain is told, by rule.
_KINDS = {"brand": frozenset({"brand", "operates"}), "affiliated": OWNERSHIP | {"officer"}}


def affected(ownership: Ownership, names: Sequence[str], rule: str = "brand") -> Failure:
    """Homes in the same group as the brand, company, owner, provider or home named.

    Raises UnknownName, also for a rule that is none and for something that stands in no group.
    """
    snapshot, network = ownership.snapshot, ownership.network
    try:
        groups = ownership.groups(rule)
    except UnknownRule as problem:
        raise UnknownName(str(problem)) from problem
    group_of = {member: group for group in groups for member in (group.id, *group.members)}
    chosen: dict[str, Group] = {}
    for name in names:
        found = group_of[read_id(name, group_of, "brand, company, provider or home in a group")]
        chosen[found.id] = found
    titles = tuple(chosen[group].name for group in sorted(chosen))
    homes = standing(snapshot.homes[home] for group in chosen.values() for home in group.homes)
    members = {member for group in chosen.values() for member in (group.id, *group.members)}
    chain = claims_between(snapshot, network, members, (home.id for home in homes), _KINDS.get(rule, OWNERSHIP))
    return Failure(
        tuple(sorted(chosen)),
        f"the group of {' and '.join(titles)} fails with every provider in it (rule {rule}: {RULES[rule]})",
        homes,
        names=tuple(name_of(network, group).removeprefix("BRAND ") for group in sorted(chosen)),
        chain=tuple(one for one in chain if {one.holder, one.held} <= members),
        fallen=tuple(sorted(members)),
    )
