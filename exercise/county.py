"""The invented county: build it, and let a month pass."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from itertools import accumulate
from random import Random

from exercise import history, homes, months, owners
from exercise.capacity import Filing, file_beds
from exercise.land import lay_out
from exercise.names import COUNTY, Numbers
from exercise.places import Founding, Surveyor, found_councils
from exercise.stock import Building, Kind, Provider, Registration, Stock

#: The day the county's files describe, unless another is asked for: no clock is read.
AS_AT = date(2026, 11, 1)
FEWEST, MOST = 20, 15_000


@dataclass(frozen=True, slots=True)
class County:
    """The county as at one day: the same ``homes``, ``seed`` and ``as_at`` give the same county, byte for byte.

    ``filings`` are the beds that homes filed in the capacity tracker. ``changes`` says what happened in the months
    since it was built, in sentences.
    """

    homes: int
    seed: int
    as_at: date
    stock: Stock
    filings: tuple[Filing, ...]
    changes: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """The county's name, with the word that it is invented."""
        return f"{COUNTY} (invented)"

    def registrations(self, *, active: bool | None = None) -> Iterator[Registration]:
        """Every registration in order of id, ended ones and home-care agencies included, or only those (not) active."""
        return (r for r in self.stock.registrations.values() if active is None or r.active == active)

    @property
    def beds(self) -> int:
        """Registered beds of all care homes, each home once."""
        return sum(r.beds for r in self.registrations() if r.counted)

    def later(self, months_passed: int = 1, seed: int | None = None) -> County:
        """The county after some months: each brings a sale, a closure, a new home, changed beds and a new rating.

        ``seed`` steers what happens; the county's own unless given.
        """
        county = self
        for _ in range(months_passed):
            as_at = (county.as_at.replace(day=1) + timedelta(days=32)).replace(day=1)
            chance = chance_for(self.seed if seed is None else seed, f"month to {as_at}")
            stock, changes = months.pass_month(county.stock, county.as_at, as_at, chance)
            filings = file_beds(stock, as_at, chance)
            county = replace(county, as_at=as_at, stock=stock, filings=filings, changes=(*county.changes, *changes))
        return county


def chance_for(seed: int, purpose: str) -> Random:
    """Chance that is the same for the same seed and purpose, on any machine and version of Python."""
    return Random(f"{seed}/{purpose}")  # noqa: S311 - repeatable on purpose; nothing here is secret


def build_county(homes_wanted: int = 80, seed: int = 7, as_at: date = AS_AT) -> County:
    """A county of ``homes_wanted`` open care homes (20 to 15,000), dormant ones included. Raises ValueError beyond."""
    if not FEWEST <= homes_wanted <= MOST:
        raise ValueError(f"a county has {FEWEST} to {MOST:,} homes, not {homes_wanted:,}")
    land = lay_out(homes_wanted, chance_for(seed, "land"))
    chance = chance_for(seed, "stock")
    councils = found_councils(land, homes_wanted, chance)
    founding = Founding(as_at, Surveyor(land, councils, chance), Numbers(), chance)
    places: list[tuple[Building, Kind]] = []
    shares = [chance.uniform(0.7, 1.3) if len(councils) > 2 else 1.0 for _ in councils]
    upto = [0, *(round(homes_wanted * part / sum(shares)) for part in accumulate(shares))]
    for council, first, last in zip(councils, upto, upto[1:], strict=False):
        places += [(founding.surveyor.building(council), kind) for kind in homes.kinds(last - first, chance)]
    entries: list[Provider | Registration] = []
    held: list[tuple[Building, Provider]] = []
    for entity in owners.share_out(places, founding):
        entries.append(entity.provider)
        for turn, home in enumerate(entity.homes):
            held.append((places[home][0], entity.provider))
            # Chains build large: every fourth of the large chain's homes, and one in twelve of the others'.
            brand, luck = entity.provider.brand, chance.random()
            new_build = brand is not None and (turn % 4 == 1 if brand.id == "EXB1" else luck < 1 / 12)
            entries.append(_first_registration(*places[home], entity.provider, founding, new_build=new_build))
    titles = owners.titles(held, founding.numbers, chance)
    stock = Stock(land, councils, {}, {}, titles).amended(entries)
    stock = stock.amended(_spoil(stock, as_at, chance))
    stock = history.tell_the_past(stock, founding)
    stock = stock.amended(_home_care(homes_wanted, founding))
    return County(homes_wanted, seed, as_at, stock, file_beds(stock, as_at, chance))


def _first_registration(
    building: Building, kind: Kind, provider: Provider, founding: Founding, *, new_build: bool
) -> Registration:
    """An open home. Nearly half have been registered since the Act came in, 16 years before; few are a year old."""
    as_at, chance = founding.as_at, founding.chance
    new_build = new_build and kind.startswith("older")
    since = founding.start
    if new_build:
        since = homes.day_between(as_at - timedelta(days=2900), as_at - timedelta(days=500), chance)
    elif chance.random() > 0.45:
        since = homes.day_between(since, as_at - timedelta(days=150), chance)
    rated = homes.day_between(max(since + timedelta(days=120), as_at - timedelta(days=1900)), as_at, chance)
    return Registration(
        id=founding.numbers.location(),
        provider=provider.id,
        name=founding.surveyor.house_name(building) + (" Nursing Home" if kind == "older people, nursing" else ""),
        building=building,
        kind=kind,
        beds=homes.beds(kind, chance, new_build=new_build),
        services=homes.services(kind, chance),
        specialisms=homes.specialisms(kind, chance),
        registered_on=since,
        rating=homes.rating(rated, chance) if since < as_at - timedelta(days=365) else None,
    )


def _spoil(stock: Stock, as_at: date, chance: Random) -> Iterator[Registration]:
    """What real registers hold: dormant homes, absent managers, homes never rated. One of each at the least."""
    free = [r for r in stock.registrations.values() if stock.brand(r) is None]
    count = len(stock.registrations)
    dormant, absent, unrated = max(1, round(0.01 * count)), max(1, round(0.06 * count)), max(1, round(0.03 * count))
    chosen = chance.sample(free, min(len(free), dormant + absent + unrated))
    for turn, home in enumerate(chosen):
        if turn < dormant:
            yield replace(home, dormant=True)
        elif turn < dormant + unrated:
            yield replace(home, rating=None)
        else:
            yield replace(home, manager_absent_on=as_at - timedelta(days=chance.randint(20, 400)))


def _home_care(count: int, founding: Founding) -> Iterator[Provider | Registration]:
    """Home-care agencies, one to ten homes: they are in every file of CQC's and are not care homes."""
    as_at, chance, numbers = founding.as_at, founding.chance, founding.numbers
    for turn in range(max(2, count // 10)):
        building = founding.surveyor.building(founding.surveyor.council())
        since = homes.day_between(as_at - timedelta(days=5000), as_at - timedelta(days=30), chance)
        name = f"Exercise Home Care {turn + 1}"
        agency = Provider(numbers.provider(), f"{name} Limited", "Organisation", since, building, numbers.company())
        yield agency
        yield Registration(
            id=numbers.location(),
            provider=agency.id,
            name=name,
            building=building,
            kind="home care",
            beds=0,
            services=homes.services("home care", chance),
            specialisms=homes.specialisms("home care", chance),
            registered_on=since,
        )
