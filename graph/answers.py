"""What the graph answers of one Snapshot: each thing is worked out when it is first asked for, and once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cached_property

from graph.control import ultimate_owners
from graph.endings import Ending
from graph.groups import Group, groups_by, joined_by
from graph.landlords import Holding, Landlord, holdings, landlords
from graph.lenders import Exposure, Lender, exposures, lenders
from graph.ownership import Network, build_network
from graph.related import Kinships
from register.snapshot import Snapshot


class Ownership:
    """The network of a Snapshot and what follows from it. Asking for nothing costs nothing.

    ``network``: the snapshot's, where it is at hand already.
    """

    def __init__(self, snapshot: Snapshot, network: Network | None = None) -> None:
        self.snapshot = snapshot
        self._network = network
        self._heads: dict[str, Mapping[str, str]] = {}
        self._groups: dict[str, tuple[Group, ...]] = {}

    @cached_property
    def network(self) -> Network:
        """Who holds, owns, lends and sits on whose board."""
        return build_network(self.snapshot) if self._network is None else self._network

    @cached_property
    def holdings(self) -> Mapping[str, Holding]:
        """Whose building each standing home is in."""
        return holdings(self.network)

    @cached_property
    def landlords(self) -> tuple[Landlord, ...]:
        """Every landlord, most beds first."""
        return landlords(self.network, self.holdings)

    @cached_property
    def exposures(self) -> tuple[Exposure, ...]:
        """Every home under every outstanding charge."""
        return exposures(self.network, self.holdings)

    @cached_property
    def lenders(self) -> tuple[Lender, ...]:
        """Every lender, most beds first."""
        return lenders(self.network, self.exposures)

    @cached_property
    def kinships(self) -> Kinships:
        """How landlords stand to the providers of their homes."""
        return Kinships(self.network)

    @cached_property
    def ends(self) -> Mapping[str, frozenset[Ending]]:
        """How the chains above every node end, by entries of a quarter or more."""
        return ultimate_owners(self.network)

    def groups(self, rule: str) -> tuple[Group, ...]:
        """The groups of a rule that run a home, in order of id. Raises UnknownRule."""
        if rule not in self._groups:
            self._groups[rule] = groups_by(self.network, rule)
        return self._groups[rule]

    def heads(self, rule: str) -> Mapping[str, str]:
        """Of every node, the id at the top of what a rule between companies joins it to (itself where to nothing).

        Raises UnknownRule.
        """
        if rule not in self._heads:
            self._heads[rule] = {member: part.head for part in joined_by(self.network, rule) for member in part.members}
        return self._heads[rule]

    @cached_property
    def homes_under(self) -> Mapping[str, frozenset[str]]:
        """By the top of everything held at more than half for certain: the standing homes that it runs."""
        heads = self.heads("control50")
        return _gathered((heads[home], home) for home in self.holdings)

    @cached_property
    def homes_let_by(self) -> Mapping[str, frozenset[str]]:
        """By the top of whatever owns the landlord, or whoever leases between, at more than half: the homes let."""
        heads = self.heads("control50")
        return _gathered(
            (heads[party], holding.home)
            for holding in self.holdings.values()
            for party in (*holding.landlords, *holding.between)
        )


def _gathered(pairs: Iterable[tuple[str, str]]) -> dict[str, frozenset[str]]:
    found: dict[str, set[str]] = {}
    for head, home in pairs:
        found.setdefault(head, set()).add(home)
    return {head: frozenset(homes) for head, homes in found.items()}
