"""Groups of providers by a stated rule. The rules differ, and a reader has to see how: none of them is "the" group.

``brand`` is CQC's grouping of providers, and no legal entity. ``control50`` joins whatever is tied by more than half
of the shares or votes for certain; ``psc25`` whatever is tied by any entry in a register of control. ``affiliated``
is the widest: the US rule (42 CFR 424.502, as the Centers for Medicare & Medicaid Services group nursing homes) that
two entities belong together where they share any owner or officer. Secretaries are left out of it, because firms that
file papers for hundreds of strangers are secretaries to them all.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import networkx as nx  # type: ignore[import-untyped]  # ships no types

from graph.ownership import OWNERSHIP, Network, name_of, ownership_links
from register.snapshot import Home, Officer

#: What each rule joins, in a sentence for the page.
RULES: Mapping[str, str] = {
    "brand": "providers that CQC lists under one brand (CQC's grouping, not a legal entity)",
    "control50": "entities tied by more than half of the shares or votes for certain, and what they run",
    "psc25": "entities tied by any entry in a register of people with significant control (over 25 %, or influence)",
    "affiliated": "entities that share any owner in a register of control or any officer but a secretary, and what "
    "they run (the rule of the US Medicare agency)",
}
#: The rules that join companies: a landlord or a lender has no brand.
COMPANY_RULES = ("control50", "psc25", "affiliated")


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


@dataclass(frozen=True, slots=True)
class Joined:
    """Whatever a rule holds together, homes or none: ``head`` is the member at the top, which names it."""

    head: str
    members: frozenset[str]


def groups_by(network: Network, rule: str) -> tuple[Group, ...]:
    """The groups of a rule that run a home, in order of id; together they hold each home once at the most.

    Raises UnknownRule.
    """
    if rule == "brand":
        return _brands(network)
    run = {held for _, held, _ in ownership_links(network)}
    found = []
    for part in joined_by(network, rule):
        homes = tuple(sorted(node for node in part.members if node in run and network.nodes[node]["kind"] == "home"))
        if homes:
            found.append(_group(network, rule, part, homes))
    return tuple(sorted(found, key=lambda group: group.id))


def joined_by(network: Network, rule: str) -> Iterator[Joined]:
    """Everything that a rule between companies ties together, landlords too; whatever stands alone is its own part.

    Raises UnknownRule, also for ``brand``.
    """
    if rule not in COMPANY_RULES:
        raise UnknownRule(f"{rule!r} is not a rule; choose {', '.join(RULES)}")
    tied = nx.utils.UnionFind(network.nodes)
    held: set[str] = set()
    for holder, below, stake in ownership_links(network):
        if rule != "control50" or stake is None or stake.majority:
            tied.union(holder, below)
            held.add(below)
    if rule == "affiliated":
        for officer, company, appointment in network.edges(data="officer"):
            if isinstance(appointment, Officer) and "secretary" not in appointment.record.role:
                tied.union(officer, company)
    for part in tied.to_sets():
        yield Joined(min(_tops(network, part, held)), frozenset(part))


def _tops(network: Network, part: set[str], held: set[str]) -> set[str]:
    """Who stands at the top of a part: owners, before officers, whom nobody in it holds; else the top ring."""
    free = part - held
    if len(part) == 1:
        return part
    if free:
        return {node for node in free if _holds(network, node)} or free
    return _top_ring(network.subgraph(part))


def _holds(network: Network, node: str) -> bool:
    return any(kind in OWNERSHIP for _, _, kind in network.out_edges(node, data="kind"))


def _top_ring(network: Network) -> set[str]:
    """Where everybody in a group is held by somebody in it: the ring that stands above the rest."""
    owned = nx.DiGraph()
    owned.add_nodes_from(network)
    owned.add_edges_from((holder, held) for holder, held, _ in ownership_links(network))
    parts = list(nx.strongly_connected_components(owned))
    tops = [part for part in parts if all(holder in part for node in part for holder in owned.predecessors(node))]
    return min(tops, key=min)


def _group(network: Network, rule: str, part: Joined, homes: tuple[str, ...]) -> Group:
    providers = tuple(sorted(node for node in part.members if network.nodes[node]["kind"] == "provider"))
    return Group(rule, part.head, name_of(network, part.head), tuple(sorted(part.members)), providers, homes)


def _brands(network: Network) -> tuple[Group, ...]:
    homes: dict[str, set[str]] = {}
    providers: dict[str, set[str]] = {}
    for key, node, kind in network.edges(data="kind"):
        home = network.nodes[node].get("home")
        if kind == "brand" and isinstance(home, Home):
            homes.setdefault(key, set()).add(node)
            if home.current.record.provider_id:
                providers.setdefault(key, set()).add(home.current.record.provider_id)
    return tuple(
        Group(
            "brand",
            key,
            name_of(network, key).removeprefix("BRAND "),
            tuple(sorted(homes[key] | providers.get(key, set()))),
            tuple(sorted(providers.get(key, ()))),
            tuple(sorted(homes[key])),
        )
        for key in sorted(homes)
    )
