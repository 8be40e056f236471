"""How registrations came to be: sales, changes of legal entity, missing links, overlaps, dual registrations, closures.

CQC makes a new location id whenever a home changes hands. Each oddity here is one that real records show.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from random import Random

from exercise import homes
from exercise.names import Numbers
from exercise.places import Founding
from exercise.stock import Brand, Link, Provider, Registration, Stock

#: Of the homes outside the chain, those that changed hands at least once; of all homes, those that closed before.
_SOLD_SHARE, _CLOSED_SHARE = 0.1, 0.05


@dataclass(frozen=True, slots=True)
class Handover:
    """How one registration followed another.

    ``overlap``: days on which both were active (negative: a gap). ``beds``: registered beds before, less those after.
    ``recorded``: which sides carry the link; either is enough for a reader, and sometimes neither does.
    """

    overlap: int
    beds: int = 0
    recorded: tuple[str, ...] = ("earlier", "later")
    reason: str = "New Provider"


#: Real cases, made into invented ones: no link and dates that touch; both active for 159 days; eight days between;
#: beds changed with the owner; only one side tells.
ODDITIES = (
    Handover(1, recorded=()),
    Handover(159, beds=-2),
    Handover(-8),
    Handover(0, beds=3, reason="Legal Entity Change"),
    Handover(6, recorded=("earlier",)),
    Handover(3, recorded=("later",)),
)


def hand_over(earlier: Registration, later: Registration, how: Handover) -> tuple[Registration, Registration]:
    """End the earlier of two registrations and link the two: (earlier, later)."""
    earlier = replace(earlier, deregistered_on=later.registered_on + timedelta(days=how.overlap))
    if "earlier" in how.recorded:
        link = Link("HSCA Successor", later.id, later.name, how.reason)
        earlier = replace(earlier, links=(*earlier.links, link))
    if "later" in how.recorded:
        link = Link("HSCA Predecessor", earlier.id, earlier.name, how.reason)
        later = replace(later, links=(*later.links, link))
    return earlier, later


def formerly(
    home: Registration, owner: Provider, since: date, numbers: Numbers, how: Handover
) -> tuple[Registration, Registration]:
    """The registration that ``home`` had with a former owner, which began on ``since``; and ``home``, linked to it."""
    earlier = replace(
        home,
        id=numbers.location(),
        provider=owner.id,
        name=f"{home.name} Care Centre" if how.reason == "New Provider" else home.name,
        registered_on=since,
        beds=max(1, home.beds + how.beds),
        links=(),
        rating=None,
        dormant=False,
        manager_absent_on=None,
    )
    return hand_over(earlier, home, how)


Entries = Iterator[Provider | Registration]


def tell_the_past(stock: Stock, founding: Founding) -> Stock:
    """Add what came before: the chain bought another chain's homes in one night; others were sold one by one."""
    as_at, chance = founding.as_at, founding.chance
    today = [r for r in stock.registrations.values() if r.counted]
    chain = [r for r in today if (brand := stock.brand(r)) is not None and brand.id == "EXB1"]
    in_chain = {r.id for r in chain}
    others = [r for r in today if r.id not in in_chain and r.registered_on < as_at - timedelta(days=800)]
    sold = chance.sample(others, min(len(others), max(len(ODDITIES) + 1, round(_SOLD_SHARE * len(others)))))
    is_sold = {r.id for r in sold}
    kept = [r for r in others if r.id not in is_sold]
    entries: list[Provider | Registration] = [*_take_over(chain, founding)]
    for turn, home in enumerate(sorted(sold, key=lambda r: r.id)):
        entries += _sell(home, turn, founding)
    entries += _register_twice(kept, founding.numbers, chance)
    for _ in range(max(1, round(_CLOSED_SHARE * len(today)))):
        entries += _close(founding)
    return stock.amended(entries)


def _take_over(chain: Sequence[Registration], founding: Founding) -> Entries:
    """Most of the chain's homes came from a chain that failed: both were registered for 18 days, as in 2011."""
    start, numbers = founding.start, founding.numbers
    night = start + timedelta(days=395)
    former = Provider(
        numbers.provider(),
        "Formerwater Exercise Homes Limited",
        "Organisation",
        start,
        chain[0].building,
        numbers.company(),
        brand=Brand("EXB0", "BRAND Formerwater Exercise Homes"),
        deregistered_on=night + timedelta(days=18),
    )
    yield former
    for home in chain[: max(1, round(0.7 * len(chain)))]:
        since = start + timedelta(days=founding.chance.randint(0, 120))
        yield from formerly(replace(home, registered_on=night), former, since, numbers, Handover(18))


def _sell(home: Registration, turn: int, founding: Founding) -> Entries:
    """One home sold. The first few sales are the oddities; of the others, every second keeps the former rating."""
    as_at, start, numbers, chance = founding.as_at, founding.start, founding.numbers, founding.chance
    how = ODDITIES[turn] if turn < len(ODDITIES) else Handover(chance.randint(0, 20))
    sold_on = homes.day_between(as_at - timedelta(days=780), as_at - timedelta(days=how.overlap + 30), chance)
    # Whoever owns a home today was founded before the sale; the former owner's last day is the registration's.
    owner = former_owner(home, start, sold_on + timedelta(days=how.overlap), numbers)
    earlier, home = formerly(replace(home, registered_on=sold_on), owner, start, numbers, how)
    earned = homes.rating(homes.day_between(sold_on - timedelta(days=900), sold_on, chance), chance)
    if turn % 2 == 0 and "later" in how.recorded:
        home = replace(home, rating=replace(earned, earned_by=earlier.id))
    elif home.rating is not None:
        home = replace(home, rating=replace(home.rating, published_on=min(as_at, sold_on + timedelta(days=45))))
    earlier = replace(earlier, rating=earned)
    if turn == len(ODDITIES):
        # A chain of three registrations: the first ended long before the second did.
        middle_since = start + timedelta(days=1500)
        first_owner = former_owner(home, start, middle_since + timedelta(days=5), numbers)
        earlier = replace(earlier, registered_on=middle_since)
        first, earlier = formerly(earlier, first_owner, start, numbers, Handover(5))
        yield from (first_owner, first)
    yield from (owner, earlier, home)


def former_owner(home: Registration, since: date, until: date, numbers: Numbers) -> Provider:
    """A company that ran one home and is no longer registered."""
    company = numbers.company()
    name = f"Exercise Former Owner {company[-5:]} Limited"
    return Provider(numbers.provider(), name, "Organisation", since, home.building, company, deregistered_on=until)


def _register_twice(kept: Sequence[Registration], numbers: Numbers, chance: Random) -> Entries:
    """Dual registration: two providers are registered for one home, and the beds stand on both records."""
    for turn, home in enumerate(chance.sample(kept, min(len(kept), max(1, len(kept) // 100)))):
        name, charity = f"Exercise Partner Trust {turn + 1}", f"98{turn + 1:05d}"
        trust = Provider(numbers.provider(), name, "Organisation", home.registered_on, home.building, charity=charity)
        other = replace(home, id=numbers.location(), provider=trust.id, dual_with=home.id)
        yield from (trust, other, replace(home, dual_with=other.id, dual_primary=True))


def _close(founding: Founding) -> Entries:
    """A home that closed for good: the last registration ended, nobody came after, the building stands empty."""
    numbers, chance = founding.numbers, founding.chance
    recent = founding.as_at - timedelta(days=90)
    ended = homes.day_between(recent - timedelta(days=2100), recent, chance)
    kind = homes.kinds(1, chance)[0] if chance.random() < 0.3 else "older people"
    building = founding.surveyor.building(founding.surveyor.council())
    home = Registration(
        id=numbers.location(),
        provider="",
        name=founding.surveyor.house_name(building),
        building=building,
        kind=kind,
        beds=homes.beds(kind, chance),
        services=homes.services(kind, chance),
        specialisms=homes.specialisms(kind, chance),
        registered_on=founding.start,
        deregistered_on=ended,
        rating=homes.rating(ended - timedelta(days=400), chance),
    )
    owner = former_owner(home, founding.start, ended, numbers)
    yield from (owner, replace(home, provider=owner.id))
