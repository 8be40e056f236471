"""Who owns the buildings: a home's titles and their owners, and the landlords that come of them.

A home's landlord is the owner of the superior title that it stands on: the freehold, or where only leases are found
the leases that are not its provider's own, unless that owner is the home's own registered provider. Whoever holds a
lease between the two is "between". Only accepted links count; a link that waits for a person names nobody. A title may
have several owners, so a home may have several landlords: homes by landlord add up to more than the homes there are.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

from graph.groups import Joined, joined_by
from graph.ownership import OVERSEAS, STANDING, Network, linked, name_of
from register.parties import country_of, plain_company_name, plain_country
from register.records import Untraced
from register.snapshot import Company, Control, Home, HomeTitle, Owner, Title, Trace

#: What is known of the owner of a home's building.
HoldingState = Literal["traced", "waiting", "untraced", "not searched"]
#: Whose the building is: the provider's own, somebody else's, or not known.
Occupation = Literal["owner-occupied", "leased", "unknown"]


@dataclass(frozen=True, slots=True)
class TitleOwner:
    """One owner of one title that a home stands on (or may stand on), with everything that the claim rests on.

    ``party`` is the owner's id (``gb-coh:…``, ``body:…``); ``owner`` how it was told; ``link`` the home to the title,
    with score, method, reason and evidence; the title's own evidence is ``title.entries[…].evidence``. ``itself``:
    the owner is the home's registered provider.
    """

    party: str
    name: str
    owner: Owner
    title: Title
    link: HomeTitle
    itself: bool

    @property
    def freehold(self) -> bool:
        """Whether it is the freehold; a lease, or a title of a tenure not given, is not."""
        return (self.title.tenure or "").casefold() == "freehold"


@dataclass(frozen=True, slots=True)
class Holding:
    """Whose building one home is in. ``reason`` is given where, and only where, ``state`` is "untraced".

    ``freehold`` and ``leasehold`` are the owners of accepted titles, ``waiting`` those of titles that nobody has
    judged yet: in order of title. ``landlords`` are party ids, sorted; ``between`` those of whoever leases from a
    landlord and is not the provider. ``more_owners``: the superior title has owners whom the lists leave out.
    """

    home: str
    provider: str | None
    company: str | None
    state: HoldingState
    reason: Untraced | None
    detail: str | None
    occupation: Occupation
    landlords: tuple[str, ...]
    between: tuple[str, ...]
    freehold: tuple[TitleOwner, ...]
    leasehold: tuple[TitleOwner, ...]
    waiting: tuple[TitleOwner, ...]
    more_owners: bool

    @property
    def superior(self) -> tuple[TitleOwner, ...]:
        """The owners of the superior title: the freehold, else the leases found that are not the provider's own."""
        return self.freehold or _above_its_own(self.leasehold) or self.leasehold


@dataclass(frozen=True, slots=True)
class Landlord:
    """Somebody who owns the buildings of homes that others run, by accepted titles.

    ``jurisdiction`` is where it is registered, in lower case ("united kingdom", "jersey"); None: not given.
    ``homes``, ``tenants`` (provider ids) and ``titles`` are ids in order; ``between`` are homes in which it only holds
    a lease between the landlord and the provider. Beds are those of ``homes`` on the network's day: the known ones
    added up, and of how many homes they are not known. ``rule`` says how the owner in the titles was told to be this.
    """

    id: str
    name: str
    jurisdiction: str | None
    homes: tuple[str, ...]
    beds_known: int
    beds_unknown_homes: int
    tenants: tuple[str, ...]
    titles: tuple[str, ...]
    between: tuple[str, ...]
    rule: str


@dataclass(frozen=True, slots=True)
class LandlordGroup:
    """Landlords that a rule of ``graph.groups`` holds together (a single one too), and the homes that they let."""

    rule: str
    id: str
    name: str
    landlords: tuple[str, ...]
    homes: tuple[str, ...]
    beds_known: int
    beds_unknown_homes: int
    tenants: tuple[str, ...]


def holding_of(network: Network, home: str) -> Holding:
    """Whose building a home is in. Raises KeyError for what is no home in the network."""
    facts = network.nodes[home]
    found: Home = facts["home"]
    provider = found.current.record.provider_id
    company = _company_of(network, provider)
    owners: tuple[TitleOwner, ...] = ()
    if "trace" in facts:
        owners = tuple(_owners(network, home, {provider, company} - {None}, _names_of(network, provider, company)))
    accepted = [one for one in owners if one.link.state == "accepted"]
    freehold = tuple(one for one in accepted if one.freehold)
    leasehold = tuple(one for one in accepted if not one.freehold)
    superior = freehold or _above_its_own(leasehold)
    state, reason, detail = _state(facts.get("trace"), freehold, leasehold)
    landlords = tuple(sorted({one.party for one in superior if not one.itself}))
    if any(one.itself for one in superior):
        occupation: Occupation = "owner-occupied"
        landlords = ()
    else:
        occupation = "leased" if landlords else "unknown"
    between = {one.party for one in leasehold if freehold and not one.itself} - set(landlords)
    return Holding(
        home,
        provider,
        company,
        state,
        reason,
        detail,
        occupation,
        landlords,
        tuple(sorted(between)),
        freehold,
        leasehold,
        tuple(one for one in owners if one.link.state == "waiting"),
        any(one.title.more_owners for one in superior),
    )


def holdings(network: Network) -> dict[str, Holding]:
    """The holding of every home that stands (open or dormant), by home, in order of id."""
    return {
        node: holding_of(network, node)
        for node, home in sorted(network.nodes(data="home"), key=lambda one: one[0])
        if isinstance(home, Home) and home.status in STANDING
    }


def landlords(network: Network, known: Mapping[str, Holding] | None = None) -> tuple[Landlord, ...]:
    """Every landlord, most known beds first, then by id. ``known``: the holdings, where they are already worked out."""
    of: dict[str, list[Holding]] = {}
    between: dict[str, list[str]] = {}
    known = holdings(network) if known is None else known
    for holding in known.values():
        for party in holding.landlords:
            of.setdefault(party, []).append(holding)
        for party in holding.between:
            between.setdefault(party, []).append(holding.home)
    found = [_landlord(network, party, of.get(party, []), between.get(party, [])) for party in {*of, *between}]
    return tuple(sorted(found, key=lambda one: (-one.beds_known, one.id)))


def landlord_groups(
    network: Network, rule: str = "control50", known: tuple[Landlord, ...] | None = None
) -> tuple[LandlordGroup, ...]:
    """Landlords under one owner by a rule, most known beds first, then by id; each landlord is in one of them.

    Raises UnknownRule (``brand`` joins no landlords).
    """
    by_id = {one.id: one for one in (landlords(network) if known is None else known)}
    found = []
    for part in joined_by(network, rule):
        if some := sorted(part.members & by_id.keys()):
            found.append(_landlord_group(network, rule, part, [by_id[one] for one in some]))
    return tuple(sorted(found, key=lambda one: (-one.beds_known, one.id)))


def jurisdiction_of(network: Network, party: str) -> str | None:
    """Where a company, body or proprietor is registered, in lower case; None where no record says.

    A number of Companies House's is the United Kingdom, except those of overseas companies (OE, FC, NF, SF), which
    are registered at home.
    """
    facts = network.nodes[party]
    owner, control, company = facts.get("owner"), facts.get("control"), facts.get("company")
    if party.startswith("gb-coh:") and party[7:9] not in OVERSEAS:
        return "united kingdom"
    if isinstance(company, Company):
        record = company.record
        if found := plain_country(record.country_of_origin) or plain_country(record.registered_at_home):
            return found
    if isinstance(owner, Owner):
        return owner.country or plain_country(owner.proprietor.country)
    if isinstance(control, Control) and (found := country_of(control.record)):
        return found
    for _, link in _owned(network, party):
        if found := link.country or plain_country(link.proprietor.country):
            return found
    return None


def beds_of(network: Network, homes: Iterable[str]) -> tuple[int, int]:
    """Registered beds of homes on the network's day: the known ones added up, and how many homes' are not known."""
    beds = [network.nodes[home]["home"].beds(network.graph["on"]) for home in homes]
    return sum(count for count in beds if count is not None), sum(count is None for count in beds)


def _state(
    trace: Trace | None, freehold: tuple[TitleOwner, ...], leasehold: tuple[TitleOwner, ...]
) -> tuple[HoldingState, Untraced | None, str | None]:
    if trace is None:
        return "not searched", None, None
    if trace.outcome == "untraced":
        return "untraced", trace.untraced or "name not matched", trace.detail
    if trace.outcome == "waiting":
        return "waiting", None, trace.detail
    if freehold or _above_its_own(leasehold):
        return "traced", None, trace.detail
    if leasehold:
        return "untraced", "lease chain broken", "only the provider's own lease is found, and not of whom it leases"
    return "untraced", "owner excluded from the data", "the title's lists name no owner"


def _above_its_own(leasehold: tuple[TitleOwner, ...]) -> tuple[TitleOwner, ...]:
    """The leases in which the provider has no part: whoever holds a lease itself has somebody above it."""
    own = {one.title.id for one in leasehold if one.itself}
    return tuple(one for one in leasehold if one.title.id not in own)


def _owners(network: Network, home: str, itself: set[str | None], names: set[str]) -> Iterable[TitleOwner]:
    for title, stands in linked(network, home, "stands_on"):
        for party, facts in (*linked(network, title, "owns"), *linked(network, title, "leases")):
            owner: Owner = facts["owner"]
            same = party in itself or _same_name(party, owner, names)
            yield TitleOwner(party, name_of(network, party), owner, network.nodes[title]["title"], stands["link"], same)


def _same_name(party: str, owner: Owner, names: set[str]) -> bool:
    """Whether an owner without a number here bears the provider's name: an inference, and only then made."""
    return not party.startswith("gb-coh:") and plain_company_name(owner.proprietor.name) in names


def _company_of(network: Network, provider: str | None) -> str | None:
    found = network.nodes[provider].get("provider") if provider in network else None
    return found.record.company if found else None


def _names_of(network: Network, provider: str | None, company: str | None) -> set[str]:
    names = [network.nodes[one].get("name") for one in (provider, company) if one in network]
    return {plain_company_name(name) for name in names if name} - {""}


def _owned(network: Network, party: str) -> list[tuple[str, Owner]]:
    found = [
        (title, key, facts["owner"])
        for _, title, key, facts in network.out_edges(party, keys=True, data=True)
        if facts["kind"] in ("owns", "leases")
    ]
    return [(title, owner) for title, _, owner in sorted(found, key=lambda one: one[:2])]


def _landlord(network: Network, party: str, let: list[Holding], between: list[str]) -> Landlord:
    homes = tuple(sorted(holding.home for holding in let))
    known, unknown = beds_of(network, homes)
    names = [one for holding in let for one in (*holding.superior, *holding.leasehold) if one.party == party]
    return Landlord(
        party,
        name_of(network, party),
        jurisdiction_of(network, party),
        homes,
        known,
        unknown,
        tuple(sorted({holding.provider for holding in let if holding.provider})),
        tuple(sorted({one.title.id for holding in let for one in holding.superior if one.party == party})),
        tuple(sorted(between)),
        "; ".join(sorted({one.owner.party.rule for one in names})) or _owned(network, party)[0][1].party.rule,
    )


def _landlord_group(network: Network, rule: str, part: Joined, some: list[Landlord]) -> LandlordGroup:
    homes = tuple(sorted({home for one in some for home in one.homes}))
    known, unknown = beds_of(network, homes)
    head = some[0].id if len(some) == 1 and len(part.members) == 1 else part.head
    return LandlordGroup(
        rule,
        head,
        name_of(network, head),
        tuple(one.id for one in some),
        homes,
        known,
        unknown,
        tuple(sorted({tenant for one in some for tenant in one.tenants})),
    )
