"""Groups of providers by a stated rule. The rules differ, and a reader has to see how: none of them is "the" group.

``brand`` is CQC's grouping of providers, and no legal entity. ``control50`` joins whatever is tied by more than half
of the shares or votes for certain; ``psc25`` whatever is tied by any entry in a register of control. ``affiliated``
is the widest: the US rule (42 CFR 424.502, as the Centers for Medicare & Medicaid Services group nursing homes) that
two entities belong together where they share any owner or officer. Secretaries, nominees and whoever only takes
letters are left out of it (``graph.ownership.on_board``), because firms serve hundreds of strangers as such.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import networkx as nx  # type: ignore[import-untyped]  # ships no types

from graph.ownership import Network, holders_of, name_of, on_board, ownership_links
from register.snapshot import Home, Officer

#: What each rule joins, in a sentence for the page.
RULES: Mapping[str, str] = {
    "brand": "providers that CQC lists under one brand (CQC's grouping, not a legal entity)",
    "control50": "entities tied by more than half of the shares or votes for certain, and what they run",
    "psc25": "entities tied by any entry in a register of people with significant control (over 25 %, or influence)",
    "affiliated": "entities that share any owner in a register of control or anybody on their boards (no secretary, "
    "no nominee), and what they run (the rule of the US Medicare agency)",
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
    kinds = dict(network.nodes(data="kind"))
    run = {held for _, held, _ in ownership_links(network) if kinds[held] == "home"}
    found = []
    for part in joined_by(network, rule):
        if homes := part.members & run:
            providers = [node for node in part.members if kinds[node] == "provider"]
            name = name_of(network, part.head)
            members = (tuple(sorted(some)) for some in (part.members, providers, homes))
            found.append(Group(rule, part.head, name, *members))
    return tuple(sorted(found, key=lambda group: group.id))


def joined_by(network: Network, rule: str) -> Iterator[Joined]:
    """Everything that a rule between companies ties together, landlords too; whatever stands alone is its own part.

    Raises UnknownRule, also for ``brand``.
    """
    if rule not in COMPANY_RULES:
        raise UnknownRule(f"{rule!r} is not a rule; choose {', '.join(RULES)}")
    links = [
        (holder, below)
        for holder, below, stake in ownership_links(network)
        if rule != "control50" or stake is None or stake.majority
    ]
    holders, held = {holder for holder, _ in links}, {below for _, below in links}
    if rule == "affiliated":
        links += [
            (officer, company)
            for officer, company, appointment in network.edges(data="officer")
            if isinstance(appointment, Officer) and on_board(appointment.record.role)
        ]
    tied = nx.Graph(links)
    for part in nx.connected_components(tied):
        # At the top stand owners whom nobody holds, before officers; else the ring above the rest.
        free = part - held
        yield Joined(min(free & holders or free or _top_ring(network, part)), frozenset(part))
    for node in network:
        if node not in tied:
            yield Joined(node, frozenset((node,)))


def _top_ring(network: Network, part: set[str]) -> set[str]:
    """Where everybody in a group is held by somebody in it: the ring that stands above the rest."""
    owned = nx.DiGraph()
    owned.add_nodes_from(part)
    owned.add_edges_from(
        (holder, held) for held in part for holder, _, _ in holders_of(network, held) if holder in part
    )
    rings = list(nx.strongly_connected_components(owned))
    tops = [ring for ring in rings if all(holder in ring for node in ring for holder in owned.predecessors(node))]
    return min(tops, key=min)


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
