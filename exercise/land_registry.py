"""The land register's titles over the county's care homes and their neighbours, each labelled with the home it is of.

What makes the real lists hard is here: one building with the landlord's freehold and the operator's lease; titles with
owners from here and from abroad, which stand in both lists; neighbours under the same postcode; owners who are private
people or charities and are in no list; one title over several homes.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from random import Random

from exercise.county import County, chance_for
from exercise.dirt import DIRT, Written, spoil
from exercise.names import COUNTY, REGION
from exercise.stock import Building, Landlord, Provider, Registration, Title

COMPANY = "Limited Company or Public Limited Company"
#: Of an owner's homes in one town, so many at least before one more title covers two of them; and how often one does.
_FEWEST_FOR_A_PORTFOLIO, _PORTFOLIO_SHARE = 2, 0.3
_SPELLINGS = {
    "BRITISH VIRGIN ISLANDS": ("BRITISH VIRGIN ISLANDS", "VIRGIN ISLANDS, BRITISH"),
    "JERSEY": ("JERSEY", "JERSEY", "CHANNEL ISLANDS, JERSEY"),
}


@dataclass(frozen=True, slots=True)
class Proprietor:
    """One of a title's owners as filed. ``country`` is given in the list of owners from abroad only."""

    name: str
    number: str = ""
    category: str = COMPANY
    country: str | None = None


@dataclass(frozen=True, slots=True)
class TitleRow:
    """One row of one list. ``homes`` are the ids of the homes that really stand on it: a label, in no file.

    ``overseas``: it is a row of the list of owners from abroad. ``additional``: there are owners of a kind that this
    list leaves out. ``multiple``: the title covers several addresses. ``price`` is whole pounds as text, mostly "".
    """

    number: str
    tenure: str
    address: str
    district: str
    county: str
    region: str
    postcode: str
    multiple: bool
    price: str
    proprietors: tuple[Proprietor, ...]
    added: date | None
    additional: bool
    overseas: bool
    homes: tuple[str, ...] = ()


def title_rows(county: County, kinds: frozenset[str] = frozenset(DIRT)) -> tuple[TitleRow, ...]:
    """Every row of both lists in order of title number, home titles and decoys; ``kinds`` of dirt may be used.

    The same county has the same rows, and a later month changes only those whose owner changed.
    """
    homes: dict[int, list[Registration]] = {}
    for registration in county.registrations(active=True):
        if registration.counted:
            homes.setdefault(registration.building.number, []).append(registration)
    doors = frozenset((one.building.street, one.building.town) for some in homes.values() for one in some)
    rows: list[TitleRow] = []
    for title in county.stock.titles:
        rows += _of_building(county, title, homes.get(title.building, []), kinds, doors)
    rows += _portfolios(county, homes)
    return tuple(sorted(rows, key=lambda row: (row.number, row.overseas)))


def labels(rows: tuple[TitleRow, ...]) -> frozenset[tuple[str, str]]:
    """(home, title number) of every title that a home really stands on."""
    return frozenset((home, row.number) for row in rows for home in row.homes)


def with_shared_buildings(county: County, every: int = 25) -> County:
    """The county with every so many homes moved into the building of the home before it, as a second one there.

    The two keep their names and providers: real registers hold such pairs on two floors of one house.
    """
    homes = [one for one in county.registrations(active=True) if one.counted and one.dual_with is None]
    moved = [replace(home, building=homes[at - 1].building) for at, home in enumerate(homes) if at % every == every - 1]
    return replace(county, stock=county.stock.amended(moved))


def _portfolios(county: County, homes: Mapping[int, list[Registration]]) -> Iterator[TitleRow]:
    """One more title over two homes of one owner in one town: the list gives both addresses in one line."""
    owned: dict[tuple[str, str], list[Registration]] = {}
    for title in county.stock.titles:
        for home in homes.get(title.building, ())[:1]:
            if title.landlord is not None:
                owned.setdefault((title.landlord.name, home.building.town), []).append(home)
    for (_, town), some in sorted(owned.items()):
        if len(some) < _FEWEST_FOR_A_PORTFOLIO:
            continue
        first, second = some[0], some[1]
        title = next(one for one in county.stock.titles if one.building == first.building.number)
        chance = chance_for(county.seed, f"portfolio {title.number}")
        if title.landlord is None or chance.random() > _PORTFOLIO_SHARE:
            continue
        form = _Form(county, first.building, chance, frozenset())
        text = " and ".join(f"{home.name}, {home.building.street}" for home in (first, second))
        written = replace(_clean(first.building, ""), before=text, number="", street="", postcode="", schedule=True)
        owner = _proprietor(title.landlord, chance)
        ids = tuple(home.id for one in (first, second) for home in homes[one.building.number])
        row = form.row(f"ZT{title.number[2:]}", "Leasehold", written, (owner,), added=_day(county, chance), homes=ids)
        yield replace(row, address=f"{text}, {town}", overseas=title.landlord.jurisdiction != "ENGLAND")


def _of_building(
    county: County,
    title: Title,
    homes: list[Registration],
    kinds: frozenset[str],
    doors: frozenset[tuple[str, str]],
) -> Iterator[TitleRow]:
    chance = chance_for(county.seed, f"title {title.number}")
    if not homes:
        return
    first, ids = homes[0], tuple(home.id for home in homes)
    provider = county.stock.providers[first.provider]
    clean = _clean(first.building, first.name)
    owner, split = _owner(title, provider), chance.random()
    form = _Form(county, first.building, chance, kinds)
    added = _day(county, chance)
    charity = owner is not None and owner.name == provider.name and provider.charity is not None
    if owner is not None and not charity:
        yield from form.rows(title.number, title.tenure, clean, owner, added=added, homes=ids)
    own = owner is not None and owner.name == provider.name
    if provider.company and not own and (split < 0.6 if owner else split < 0.25):
        # The operator's lease of the same building, written down on another day by another hand.
        lease = Landlord(provider.name, "ENGLAND", provider.company)
        since = max(provider.registered_on, first.registered_on)
        yield from form.rows(f"ZY{title.number[2:]}", "Leasehold", clean, lease, added=since, homes=ids)
    yield from form.neighbours(title.number, clean, doors)


def _clean(building: Building, name: str) -> Written:
    number, _, street = building.street.partition(" ")
    return Written(name, number, street, building.town, "", building.postcode)


def _owner(title: Title, provider: Provider) -> Landlord | None:
    """Who owns the freehold, as the lists name them: councils own their homes; None: private people."""
    if title.landlord is None and provider.company is None and "Council" in provider.name:
        return Landlord(provider.name, "ENGLAND", None)
    return title.landlord


def _day(county: County, chance: Random) -> date:
    return county.as_at.replace(year=county.as_at.year - 16, month=6, day=1) + timedelta(days=chance.randint(0, 5400))


@dataclass(frozen=True, slots=True)
class _Form:
    """What all rows about one building share."""

    county: County
    building: Building
    chance: Random
    kinds: frozenset[str]

    def rows(
        self, number: str, tenure: str, clean: Written, owner: Landlord, *, added: date, homes: tuple[str, ...]
    ) -> Iterator[TitleRow]:
        """The row or rows of one title: one in each list where it has owners from here and from abroad."""
        chance = self.chance
        written = spoil(clean, chance, self.kinds)
        abroad = owner.jurisdiction != "ENGLAND"
        own = _proprietor(owner, chance)
        owners = (own, *_partners(own, abroad, chance))
        main = self.row(number, tenure, written, owners, added=added, homes=homes)
        shared = abroad and chance.random() < 0.06
        yield replace(main, overseas=abroad, additional=shared or chance.random() < 0.03)
        if shared:
            here = Proprietor("EXERCISE NOMINEE (UK) LIMITED", "99900001")
            yield replace(main, proprietors=(here,), overseas=False, additional=True)

    def row(
        self,
        number: str,
        tenure: str,
        written: Written,
        proprietors: tuple[Proprietor, ...],
        *,
        added: date | None,
        homes: tuple[str, ...] = (),
    ) -> TitleRow:
        """One row of the list of owners from here."""
        return TitleRow(
            number=number,
            tenure=tenure,
            address=written.text(),
            district=self.building.council.name.upper(),
            county=COUNTY.upper(),
            region=REGION.upper(),
            postcode=written.postcode if written.column else "",
            multiple=written.schedule,
            price=str(self.chance.randint(4, 90) * 50_000) if self.chance.random() < 0.15 else "",
            proprietors=proprietors,
            added=added,
            additional=False,
            overseas=False,
            homes=homes,
        )

    def neighbours(self, number: str, clean: Written, doors: frozenset[tuple[str, str]]) -> Iterator[TitleRow]:
        """Titles beside the home that are not its own: next door, flats, a substation, the land behind.

        ``doors`` are the streets, with number, and towns of all homes: a neighbour's door is none of them.
        """
        chance, digits = self.chance, number[2:]
        door = (int(clean.number) if clean.number.isdigit() else 1) + 2 * chance.randint(1, 9)
        while (f"{door} {clean.street}", clean.town) in doors:
            door += 2
        beside = replace(clean, number=str(door))
        own_name = f"{clean.town} {chance.choice(('Barn', 'Mews', 'Stables', 'Gatehouse'))}"
        kinds = (
            (0.5, replace(beside, name="")),
            (0.3, replace(beside, name=f"Flat {chance.randint(1, 12)}")),
            (0.12, replace(clean, name=own_name, number="")),
            (0.1, replace(clean, before="Electricity sub station at")),
            (0.1, replace(clean, before="Land adjoining")),
            (0.08, replace(clean, name="", number="", before="Land on the east side of", postcode="")),
            (0.06, replace(clean, name=f"Unit {chance.randint(1, 9)}", number="", street="Example Business Park")),
        )
        for turn, (share, written) in enumerate(kinds):
            luck, owner = chance.random(), chance.randint(1, 40)
            if luck < share:
                name = (
                    f"EXERCISE {'POWER NETWORKS' if 'sub station' in written.before else f'FREEHOLDS {owner}'} LIMITED"
                )
                filed = Proprietor(name, f"998{owner:05d}")
                tenure = "Leasehold" if written.name.startswith("Flat") else "Freehold"
                spoilt = spoil(written, chance, self.kinds & {"capitals", "no postcode in the text", "county"})
                yield self.row(f"ZW{digits}{turn}", tenure, spoilt, (filed,), added=_day(self.county, chance))


def _proprietor(owner: Landlord, chance: Random) -> Proprietor:
    """An owner as filed: in capitals, with a number that may be missing or without its leading noughts."""
    luck, name = chance.random(), owner.name.upper()
    if owner.jurisdiction != "ENGLAND":
        country = chance.choice(_SPELLINGS.get(owner.jurisdiction, (owner.jurisdiction,)))
        return Proprietor(name, "", COMPANY, "" if luck < 0.05 else country)
    if owner.company is None:
        return Proprietor(name, "", "Local Authority")
    if chance.random() < 0.05:
        name = name.replace(" LIMITED", " LTD")
    return Proprietor(name, "" if luck < 0.05 else owner.company)


def _partners(first: Proprietor, abroad: bool, chance: Random) -> Iterator[Proprietor]:
    """Owners beside the first, as trustees are: one title in fourteen has two, one in fifty all four."""
    luck = chance.random()
    count = 3 if luck < 0.02 else 1 if luck < 0.07 else 0
    for turn in range(count):
        country = first.country if abroad else None
        yield Proprietor(f"EXERCISE TRUSTEE {turn + 1} LIMITED", "" if abroad else f"9990001{turn}", COMPANY, country)
