"""Groups of providers by a stated rule. The rules differ, and a reader has to see how: none of them is "the" group.

``brand`` is CQC's grouping of providers, and no legal entity. ``control50`` joins whatever is tied by more than half
of the shares or votes for certain; ``psc25`` whatever is tied by any entry in a register of control. A fourth rule,
the US one of "affiliated" entities (any owner or officer shared), needs officers, who are not read yet.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import networkx as nx  # type: ignore[import-untyped]  # ships no types

from graph.ownership import Network, name_of
from register.snapshot import Home

#: What each rule joins, in a sentence for the page.
RULES: Mapping[str, str] = {
    "brand": "providers that CQC lists under one brand (CQC's grouping, not a legal entity)",
    "control50": "entities tied by more than half of the shares or votes for certain, and what they run",
    "psc25": "entities tied by any entry in a register of people with significant control (over 25 %, or influence)",
}
NO_OFFICERS = 'the rule "affiliated" joins whoever shares an owner or officer, and officers are not read yet'


class UnknownRule(ValueError):
    """A rule by which no groups are told. The message names those that there are."""


@dataclass(frozen=True, slots=True)
class Group:
    """What one rule holds together: ids of everything in it, and of its providers and homes, all in order.

    ``id`` is ``cqc-brand:…``, or that of the member at the top (the smallest, of several or of
    a ring).
    """

    rule: str
    id: str
    name: str
    members: tuple[str, ...]
    providers: tuple[str, ...]
    homes: tuple[str, ...]


def groups_by(network: Network, rule: str) -> tuple[Group, ...]:
    """The groups of a rule that run a home, in order of id; together they hold each home once at the most.

    Raises UnknownRule.
    """
    if rule == "brand":
        return _brands(network)
    if rule not in RULES:
        why = NO_OFFICERS if rule == "affiliated" else f"{rule!r} is not a rule"
        raise UnknownRule(f"{why}; choose {', '.join(RULES)}")
    tied = nx.utils.UnionFind(network.nodes)
    held: set[str] = set()
    for holder, below, stake in network.edges(data="stake"):
        if rule == "psc25" or stake is None or stake.majority:
            tied.union(holder, below)
            held.add(below)
    found = []
    for part in tied.to_sets():
        homes = tuple(sorted(node for node in part if network.nodes[node]["kind"] == "home" and node in held))
        if homes:
            tops = part - held or _top_ring(network.subgraph(part))
            found.append(_group(network, rule, min(tops), part, homes))
    return tuple(sorted(found, key=lambda group: group.id))


def _top_ring(network: Network) -> set[str]:
    """Where everybody in a group is held by somebody in it: the ring that stands above the rest."""
    parts = list(nx.strongly_connected_components(network))
    tops = [part for part in parts if all(holder in part for node in part for holder in network.predecessors(node))]
    return min(tops, key=min)


def _group(network: Network, rule: str, head: str, part: set[str], homes: tuple[str, ...]) -> Group:
    providers = tuple(sorted(node for node in part if network.nodes[node]["kind"] == "provider"))
    return Group(rule, head, name_of(network, head), tuple(sorted(part)), providers, homes)


def _brands(network: Network) -> tuple[Group, ...]:
    names: dict[str, str] = {}
    homes: dict[str, set[str]] = {}
    providers: dict[str, set[str]] = {}
    for node, home in network.nodes(data="home"):
        if isinstance(home, Home) and (brand := home.current.record.brand_id) and network.in_degree(node):
            key = f"cqc-brand:{brand}"
            names[key] = home.current.record.brand_name or brand
            homes.setdefault(key, set()).add(node)
            if home.current.record.provider_id:
                providers.setdefault(key, set()).add(home.current.record.provider_id)
    return tuple(
        Group(
            "brand",
            key,
            names[key].removeprefix("BRAND "),
            tuple(sorted(homes[key] | providers.get(key, set()))),
            tuple(sorted(providers.get(key, ()))),
            tuple(sorted(homes[key])),
        )
        for key in sorted(names)
    )
