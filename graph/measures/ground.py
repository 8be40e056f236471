"""What the measures stand on: one register, its network, the homes asked about, and what is worked out once."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import date
from functools import cached_property

from graph.answers import Ownership
from graph.control import Chains, chains_above
from graph.endings import Ending
from graph.groups import Group
from graph.landlords import Holding, Landlord, landlords
from graph.lenders import Exposure, Lender, lenders
from graph.measures.jurisdictions import HavenList, haven_list
from graph.ownership import STANDING
from graph.related import Relation
from register.snapshot import Company, Home


class Ground:
    """One register as at its day and the homes in scope (open or dormant), in order of id.

    What is asked of all the register is ``ownership``'s, which works it out once; what is asked of the homes in scope
    is worked out here, once, when it is first asked for.
    """

    def __init__(self, ownership: Ownership, homes: tuple[Home, ...], havens: HavenList) -> None:
        self.ownership = ownership
        self.snapshot, self.network = ownership.snapshot, ownership.network
        self.homes = homes
        self.havens = havens
        self._chains: dict[str, Chains] = {}

    @property
    def on(self) -> date:
        """The register's day."""
        return self.snapshot.on

    @property
    def holdings(self) -> Mapping[str, Holding]:
        """Whose building every home stands in, by home: all homes of the register."""
        return self.ownership.holdings

    @property
    def ends(self) -> Mapping[str, frozenset[Ending]]:
        """How the chains above every node end (entries of a quarter or more)."""
        return self.ownership.ends

    @cached_property
    def landlords(self) -> tuple[Landlord, ...]:
        """The landlords of the homes in scope, with their homes in scope only."""
        inside = {home.id: self.holdings[home.id] for home in self.homes}
        return tuple(one for one in landlords(self.network, inside) if one.homes)

    @cached_property
    def exposures(self) -> tuple[Exposure, ...]:
        """Homes in scope under outstanding charges."""
        inside = {home.id for home in self.homes}
        return tuple(one for one in self.ownership.exposures if one.home in inside)

    @cached_property
    def lenders(self) -> tuple[Lender, ...]:
        """The lenders to which homes in scope are exposed, with those homes only."""
        return tuple(one for one in lenders(self.network, self.exposures) if one.homes or one.watched)

    @cached_property
    def groups(self) -> Mapping[str, Group]:
        """By home, its group of more than half for certain (control50)."""
        return {home: group for group in self.ownership.groups("control50") for home in group.homes}

    @cached_property
    def _relations(self) -> Mapping[str, Relation]:
        return {home.id: self.ownership.kinships.closest_of(self.holdings[home.id]) for home in self.homes}

    def relation(self, home: str) -> Relation:
        """How the landlord of a home in scope stands to its provider."""
        return self._relations[home]

    def chains(self, home: Home) -> Chains:
        """The chains above a home's provider (or above the home, where it has none): the same for all its homes."""
        node = home.current.record.provider_id
        node = node if node is not None and node in self.network else home.id
        if node not in self._chains:
            self._chains[node] = chains_above(self.network, node)
        return self._chains[node]

    def company(self, home: Home) -> str | None:
        """The id of the company that is the home's registered provider, where the regulator gives one."""
        return self.holdings[home.id].company

    def company_record(self, home: Home) -> Company | None:
        """That company, where it is on a list."""
        return self.snapshot.companies.get(self.company(home) or "")

    def feeds(self, *names: str) -> tuple[tuple[str, ...], date | None]:
        """The sources whose lists' names begin so, in words with the days of their lists; and the oldest day."""
        found = [one for one in self.snapshot.feeds if one.feed.startswith((*names, "case/"))]
        days: dict[tuple[str, date], int] = {}
        for one in found:
            key = (one.feed.partition("/")[0], one.as_at)
            days[key] = days.get(key, 0) + 1
        words = tuple(
            f"{source} as at {day.isoformat()}" + (f" ({count} lists)" if count > 1 else "")
            for (source, day), count in sorted(days.items())
        )
        return words, min((one.as_at for one in found), default=None)


def ground_of(ownership: Ownership, homes: Collection[str] | None = None, havens: HavenList | None = None) -> Ground:
    """The ground for some homes by id (None: all). Homes that neither stand open nor dormant are left out."""
    snapshot = ownership.snapshot
    chosen: Iterable[str] = sorted(snapshot.homes) if homes is None else sorted(homes)
    standing = tuple(snapshot.homes[one] for one in chosen if snapshot.homes[one].status in STANDING)
    return Ground(ownership, standing, havens or haven_list())
