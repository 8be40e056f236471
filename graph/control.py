"""Chains of ownership: from a home up to whoever is known to stand at the end, with shares as intervals all the way.

Two questions, never mixed. Who has what share of the wealth: intervals multiply along a chain. Who decides: links of
more than half are followed as they are, and nothing is multiplied.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

import networkx as nx  # type: ignore[import-untyped]  # ships no types

from graph.endings import Ending, endings_of
from graph.natures import WHOLE, Share, Stake
from graph.ownership import EdgeKind, Network, above, facts_by_node, holders_of, ownership_links
from register.snapshot import Control

#: ``psc25``: every entry of a register of control (a quarter, or other significant control). ``control50``: only those
#: that give more than half of the shares or votes for certain.
Rule = Literal["psc25", "control50"]
#: Nodes that somebody may own. A person stands in a chain only where he or she owns something.
_OWNED = frozenset({"home", "provider", "company", "body"})
#: More chains above one home than this are not listed; that they were cut is said. Nor are more ways looked at that
#: only lead back into a ring: companies that hold each other crosswise have more of those than anybody can follow.
MOST_CHAINS, MOST_WAYS_BACK = 500, 2_000


@dataclass(frozen=True, slots=True)
class Tie:
    """One link: ``holder`` holds ``held``. ``control`` and ``stake`` are None where the kind is not ``controls``."""

    kind: EdgeKind
    holder: str
    held: str
    control: Control | None = None
    stake: Stake | None = None

    @property
    def economic(self) -> Share | None:
        """The share of the wealth; all of it where a provider is its company or runs a home; None: not filed."""
        return self.stake.economic if self.stake else WHOLE

    @property
    def votes(self) -> Share | None:
        """The share of the votes, likewise."""
        return self.stake.votes if self.stake else WHOLE


@dataclass(frozen=True, slots=True)
class Chain:
    """Links from the bottom up, and how they end."""

    ties: tuple[Tie, ...]
    ending: Ending

    @property
    def economic(self) -> Share | None:
        """The product of the links' intervals; None where a link states no share: not nought, and not all."""
        total = WHOLE
        for tie in self.ties:
            if tie.economic is None:
                return None
            total = total.times(tie.economic)
        return total

    @property
    def controlled(self) -> bool:
        """Whether every link gives more than half for certain."""
        return all(tie.stake is None or tie.stake.majority for tie in self.ties)

    @property
    def depth(self) -> int:
        """How many links are ownership: not running a home, nor being the company that a provider is."""
        return sum(tie.kind == "controls" for tie in self.ties)


@dataclass(frozen=True, slots=True)
class Chains:
    """Every chain above a node, the rings met on the way (each once), and whether there were too many to list."""

    node: str
    chains: tuple[Chain, ...]
    cycles: tuple[tuple[str, ...], ...]
    cut: bool


def ties_above(network: Network, node: str, rule: Rule = "psc25") -> tuple[Tie, ...]:
    """Who holds a node directly, in order of holder and record."""
    found = [
        (holder, key, Tie(facts["kind"], holder, node, facts.get("control"), facts.get("stake")))
        for holder, key, facts in holders_of(network, node)
        if rule == "psc25" or (stake := facts.get("stake")) is None or stake.majority
    ]
    if len(found) > 1:
        found.sort(key=lambda one: one[:2])
    return tuple([tie for _, _, tie in found])


def chains_above(network: Network, node: str, rule: Rule = "psc25", *, most: int = MOST_CHAINS) -> Chains:
    """Every chain above a node, each holder once a chain. Raises KeyError for a node that is not in the network."""
    if node not in network:
        raise KeyError(node)
    held_by = _holders(network, rule, {node} | above(network, [node]))
    closed: dict[str, Ending] = {}
    rings: dict[str, str] = {}
    for part in _parts(held_by):
        if _is_ring(part, held_by):
            rings.update(dict.fromkeys(part, min(part)))
            if ending := _closed_ring(network, part, held_by):
                closed.update(dict.fromkeys(part, ending))
    chains: list[Chain] = []
    cycles: set[tuple[str, ...]] = set()
    ways_back = 0
    for chain in _walk(network, node, rule, closed=closed, rings=rings, cycles=cycles):
        ways_back += chain is None
        if ways_back > MOST_WAYS_BACK or (chain is not None and len(chains) == most):
            return Chains(node, tuple(chains), tuple(sorted(cycles)), cut=True)
        if chain is not None:
            chains.append(chain)
    return Chains(node, tuple(chains), tuple(sorted(cycles)), cut=False)


def _walk(
    network: Network,
    start: str,
    rule: Rule,
    *,
    closed: Mapping[str, Ending],
    rings: Mapping[str, str],
    cycles: set[tuple[str, ...]],
) -> Iterator[Chain | None]:
    """Depth first, without recursion: a hostile file may hold a chain of any length. Out of a ring before round it.

    None stands for a way that only leads back.
    """
    path: list[str] = []
    inside: set[str] = set()
    ties: list[Tie] = []
    waiting: list[list[Tie]] = []
    step: Tie | None = None
    node = start
    while True:
        path.append(node)
        inside.add(node)
        if step is not None:
            ties.append(step)
        held_by = ties_above(network, node, rule)
        back = [tie.holder for tie in held_by if tie.holder in inside]
        cycles.update(ring(path[path.index(holder) :]) for holder in back)
        for ending in _own_endings(network, node, followed=bool(held_by)):
            yield Chain(tuple(ties), ending)
        if back and len(back) == len(held_by) and node in closed:
            yield Chain(tuple(ties), closed[node])
        elif back and len(back) == len(held_by):
            yield None
        ahead = [tie for tie in held_by if tie.holder not in inside]
        if node in rings:
            ahead.sort(key=lambda tie: rings.get(tie.holder) == rings[node])
        waiting.append(ahead[::-1])
        while waiting and not waiting[-1]:
            waiting.pop()
            inside.remove(path.pop())
            if ties:
                ties.pop()
        if not waiting:
            return
        step = waiting[-1].pop()
        node = step.holder


def _own_endings(network: Network, node: str, *, followed: bool, held: bool | None = None) -> tuple[Ending, ...]:
    """The endings at a node itself. Of a company whose holders all fall short of the rule, that is the reason.

    ``held``: whether anybody owns it by any link, where that is known already.
    """
    found = endings_of(network, node, followed=followed)
    if followed or not (next(holders_of(network, node), None) is not None if held is None else held):
        return found
    short = Ending("untraced", node, "nobody named in its register holds more than half for certain")
    return tuple(sorted({short if one.kind in ("untraced", "not in the data") else one for one in found}))


def ring(nodes: list[str]) -> tuple[str, ...]:
    """A ring told in one way, whoever of it was met first: beginning with the smallest id."""
    first = nodes.index(min(nodes))
    return tuple(nodes[first:] + nodes[:first])


def _holders(network: Network, rule: Rule, among: Collection[str] | None = None) -> dict[str, set[str]]:
    """Of every node that can be owned, or owns something, who holds it by the rule.

    ``among``: only of these, which have to hold whoever holds one of them; None: of all.
    """
    if among is not None:
        return {node: {tie.holder for tie in ties_above(network, node, rule)} for node in among}
    holders: dict[str, set[str]] = {node: set() for node, kind in network.nodes(data="kind") if kind in _OWNED}
    for holder, held, stake in ownership_links(network):
        if holder not in holders:
            holders[holder] = set()
        if rule == "psc25" or stake is None or stake.majority:
            holders[held].add(holder)
    return holders


def _parts(holders_by: Mapping[str, set[str]]) -> Iterator[set[str]]:
    """Companies that own each other, and every other node by itself; those above come out first.

    Nearly every node is in no ring and below none: those are told by counting, and Tarjan's algorithm sees the rest.
    """
    below: dict[str, list[str]] = {}
    missing = {}
    for held, holders in holders_by.items():
        if holders:
            missing[held] = len(holders)
            for holder in holders:
                below.setdefault(holder, []).append(held)
    ready = [node for node, holders in holders_by.items() if not holders]
    while ready:
        node = ready.pop()
        yield {node}
        for held in below.get(node, ()):
            missing[held] -= 1
            if not missing[held]:
                ready.append(held)
    rest = {node for node, count in missing.items() if count}
    upward = nx.DiGraph()
    upward.add_nodes_from(rest)
    upward.add_edges_from((held, holder) for held in rest for holder in holders_by[held] & rest)
    yield from nx.strongly_connected_components(upward)


def _is_ring(part: set[str], holders_by: Mapping[str, set[str]]) -> bool:
    return len(part) > 1 or any(node in holders_by[node] for node in part)


def _closed_ring(network: Network, part: set[str], holders_by: Mapping[str, set[str]]) -> Ending | None:
    """The ending of a ring from which nothing leads out and in which nothing is said; None for any other ring."""
    if any(holders_by[node] - part or _own_endings(network, node, followed=True) for node in part):
        return None
    return Ending("untraced", min(part), "companies that own each other: nobody outside the ring is named")


def ultimate_owners(
    network: Network, rule: Rule = "psc25", among: Collection[str] | None = None
) -> Mapping[str, frozenset[Ending]]:
    """Of every node that can be owned, or owns something, all the ways in which the chains above it end.

    ``among``: only of these nodes, which have to hold whoever owns one of them; None: of all. The same endings as those
    of ``chains_above``, for all nodes at once: each is looked at once, and rings are passed through, not followed for
    ever.
    """
    held_by = _holders(network, rule, among)
    # By the wide rule nobody is owned who is not followed; by the narrow one that has to be looked up.
    held = False if rule == "psc25" else None
    found: dict[str, frozenset[Ending]] = {}
    facts = facts_by_node(network)
    said = {node for node in held_by if "gaps" in facts[node] or "charity" in facts[node]}
    for part in _parts(held_by):
        if len(part) == 1:
            (node,) = part
            above_it = held_by[node]
            if not above_it:
                found[node] = frozenset(_own_endings(network, node, followed=False, held=held))
                continue
            if len(above_it) == 1 and node not in said and node not in above_it:
                (holder,) = above_it
                found[node] = found[holder]
                continue
        holders = set().union(*(held_by[node] for node in part)) - part
        own = {one for node in part for one in _own_endings(network, node, followed=bool(held_by[node]))}
        ends = frozenset(own).union(*(found[holder] for holder in holders))
        if _is_ring(part, held_by) and (ending := _closed_ring(network, part, held_by)):
            ends |= {ending}
        for node in part:
            found[node] = ends
    return found
