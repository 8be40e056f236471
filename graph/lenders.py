"""Who lent to those that run care homes or own their buildings, by the charges outstanding on the day.

A charge names its lender in free text, without a number: a lender here is a name, and nothing more is known of it. A
charge says nothing of sums. ``direct`` exposure is of a home whose registered provider itself gave the charge, or
whose building stands on a title that the charge names and its giver owns; everything else only hangs on it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

from graph.groups import joined_by
from graph.landlords import Holding, beds_of, holdings
from graph.names_of_lenders import lender_named
from graph.ownership import Network, below, held_by, name_of
from register.records import ChargeRecord
from register.snapshot import Company, Sourced

#: How a home hangs on a charge.
How = Literal[
    "the provider",
    "the building",
    "an owner of the provider",
    "the owner of the building",
    "the provider, on other property",
]
#: Those by which enforcement can take the registration or the building itself.
DIRECT: frozenset[How] = frozenset({"the provider", "the building"})
#: HM Land Registry's title numbers: up to three letters for the district, then up to six digits.
_TITLE = re.compile(r"\b[A-Z]{0,3}[0-9]{1,6}\b")
RULE = "the name in the charge, without the capacity stated there: a charge gives no number of its lender"


@dataclass(frozen=True, slots=True)
class Exposure:
    """One home under one outstanding charge: ``company`` gave it, ``how`` says what that company is to the home.

    ``title`` is the title charged, where ``how`` is "the building".
    """

    home: str
    lender: str
    company: str
    charge: Sourced[ChargeRecord]
    filed: str
    how: How
    title: str | None = None

    @property
    def direct(self) -> bool:
        """Whether enforcing this charge can take the home's registered provider or its building."""
        return self.how in DIRECT

    @property
    def all_assets(self) -> bool:
        """Whether the filing says that the charge floats over everything its giver has."""
        return self.charge.record.all_assets is True


@dataclass(frozen=True, slots=True)
class Lender:
    """A lender, as far as a name is one. ``names`` are the spellings filed, ``capacities`` what it acted as.

    ``charges`` are record ids, ``companies`` those that gave them, ``homes`` those directly exposed, ``watched`` those
    that only hang on a company that gave one; each in order. ``all_assets_homes`` of ``homes`` are under a charge over
    everything, ``fixed_homes`` under none such. Beds are those of ``homes``. ``company`` is the one company of the
    register that bears the name or once bore it, ``company_rule`` how it was told (inferred); of two that do, neither.
    """

    id: str
    name: str
    names: tuple[str, ...]
    capacities: tuple[str, ...]
    charges: tuple[str, ...]
    companies: tuple[str, ...]
    homes: tuple[str, ...]
    watched: tuple[str, ...]
    beds_known: int
    beds_unknown_homes: int
    all_assets_homes: tuple[str, ...]
    fixed_homes: tuple[str, ...]
    company: str | None
    company_rule: str | None = None
    rule: str = RULE


@dataclass(frozen=True, slots=True)
class LenderGroup:
    """Lenders whose companies (told by name) a rule of ``graph.groups`` holds together; most stand alone."""

    rule: str
    id: str
    name: str
    lenders: tuple[str, ...]
    homes: tuple[str, ...]
    beds_known: int
    beds_unknown_homes: int


def exposures(network: Network, known: Mapping[str, Holding] | None = None) -> tuple[Exposure, ...]:
    """Every home under every outstanding charge, in order of lender, home, charge and how.

    A home appears once for a charge, by the closest way. ``known``: the holdings, where they are already worked out.
    """
    register = _Hanging(network, holdings(network) if known is None else known)
    found: dict[tuple[str, str, str], Exposure] = {}
    for lender, kind in sorted(network.nodes(data="kind")):
        if kind == "lender":
            for company, facts in held_by(network, lender, "lends"):
                for one in register.under(lender, company, facts["charge"], facts["filed"]):
                    found.setdefault((lender, one.home, one.charge.record.id), one)
    return tuple(found[key] for key in sorted(found))


def lenders(network: Network, known: tuple[Exposure, ...] | None = None) -> tuple[Lender, ...]:
    """Every lender named in an outstanding charge, most known beds first, then by id.

    ``known``: the exposures, where they are already worked out.
    """
    of: dict[str, list[Exposure]] = {}
    for one in exposures(network) if known is None else known:
        of.setdefault(one.lender, []).append(one)
    companies = _companies_by_name(network)
    found = [
        _lender(network, node, of.get(node, []), companies)
        for node, kind in network.nodes(data="kind")
        if kind == "lender"
    ]
    return tuple(sorted(found, key=lambda one: (-one.beds_known, one.id)))


def lender_groups(
    network: Network, rule: str = "control50", known: tuple[Lender, ...] | None = None
) -> tuple[LenderGroup, ...]:
    """Lenders whose companies are under one owner by a rule, most known beds first, then by id.

    A lender that is no company of the network by name stands alone. Raises UnknownRule.
    """
    some = lenders(network) if known is None else known
    heads = {member: part.head for part in joined_by(network, rule) for member in part.members}
    parts: dict[str, list[Lender]] = {}
    for one in some:
        parts.setdefault(heads[one.company] if one.company else one.id, []).append(one)
    found = []
    for head, members in parts.items():
        homes = tuple(sorted({home for one in members for home in one.homes}))
        ids = tuple(sorted(one.id for one in members))
        top = head if len(members) > 1 else members[0].id
        found.append(LenderGroup(rule, top, name_of(network, top), ids, homes, *beds_of(network, homes)))
    return tuple(sorted(found, key=lambda one: (-one.beds_known, one.id)))


class _Hanging:
    """Which homes hang on which company, asked once for each charge."""

    def __init__(self, network: Network, known: Mapping[str, Holding]) -> None:
        self._network, self._known = network, known
        self._run: dict[str, list[str]] = {}
        self._built: dict[str, dict[str, list[str]]] = {}
        self._titles: dict[str, set[str]] = {}
        for holding in known.values():
            if holding.company:
                self._run.setdefault(holding.company, []).append(holding.home)
            for owner in (*holding.freehold, *holding.leasehold):
                self._built.setdefault(owner.party, {}).setdefault(holding.home, []).append(owner.title.id)
                self._titles.setdefault(holding.home, set()).add(owner.title.id)
        self._homes_on = {title for titles in self._titles.values() for title in titles}

    def under(self, lender: str, company: str, charge: Sourced[ChargeRecord], filed: str) -> Iterator[Exposure]:
        """The homes under one charge, the closest way first.

        Whoever holds a charge that is fixed on the buildings of some homes can take these and nothing else: the
        provider's other homes, where they are known to stand on other titles, only hang on it.
        """
        named = {f"hmlr:{number}" for number in _TITLE.findall((charge.record.particulars or "").upper())}
        record, run = charge.record, self._run.get(company, ())
        bound = named & self._homes_on if record.fixed and not (record.floating or record.all_assets) else set()
        beside = {home for home in run if bound and bound.isdisjoint(self._titles.get(home, bound))}
        for home in run:
            if home not in beside:
                yield Exposure(home, lender, company, charge, filed, "the provider")
        built = self._built.get(company, {})
        for home, titles in built.items():
            if charged := sorted(named & {*titles}):
                yield Exposure(home, lender, company, charge, filed, "the building", charged[0])
        for home in sorted(beside):
            yield Exposure(home, lender, company, charge, filed, "the provider, on other property")
        for home in sorted(below(self._network, [company]) & self._known.keys()):
            yield Exposure(home, lender, company, charge, filed, "an owner of the provider")
        for home in built:
            yield Exposure(home, lender, company, charge, filed, "the owner of the building")


def _lender(network: Network, node: str, some: list[Exposure], companies: Mapping[str, Mapping[str, str]]) -> Lender:
    links = held_by(network, node, "lends")
    direct = [one for one in some if one.direct]
    homes = {one.home for one in direct}
    everything = {one.home for one in direct if one.all_assets}
    known, unknown = beds_of(network, homes)
    same = companies.get(node, {})
    company = next(iter(same)) if len(same) == 1 else None
    return Lender(
        node,
        name_of(network, node),
        tuple(sorted({facts["filed"] for _, facts in links})),
        tuple(sorted({facts["capacity"] for _, facts in links if facts["capacity"]})),
        tuple(sorted({facts["charge"].record.id for _, facts in links})),
        tuple(sorted({company for company, _ in links})),
        tuple(sorted(homes)),
        tuple(sorted({one.home for one in some} - homes)),
        known,
        unknown,
        tuple(sorted(everything)),
        tuple(sorted(homes - everything)),
        company,
        f"the one company of the register whose name this {same[company]} (inferred)" if company else None,
    )


def _companies_by_name(network: Network) -> dict[str, dict[str, str]]:
    """Companies on the lists by the lender's id that their name would give: those that bear it, or once bore it."""
    found: dict[str, dict[str, str]] = {}
    for node, company in network.nodes(data="company"):
        if isinstance(company, Company):
            for name in company.record.previous_names or ():
                found.setdefault(lender_named(name.rpartition(" (until ")[0] or name).id, {})[node] = "once was"
            found.setdefault(lender_named(company.record.name).id, {})[node] = "is"
    return found
