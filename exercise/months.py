"""One month in the county: a sale, a true closure, a new home, changed beds, a new rating."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import date, timedelta
from random import Random

from exercise import homes
from exercise.history import Handover, hand_over
from exercise.names import Numbers
from exercise.stock import Provider, Registration, Stock

SALE_OVERLAP_DAYS = 5


def pass_month(stock: Stock, before: date, as_at: date, chance: Random) -> tuple[Stock, tuple[str, ...]]:
    """The stock as at ``as_at``, and what happened since ``before``, in sentences."""
    numbers = Numbers(
        location=1 + max(int(i.removeprefix("EX-1")) for i in stock.registrations),
        provider=1 + max(int(i.removeprefix("EXP-1")) for i in stock.providers),
        company=1 + max(int(p.company[2:]) for p in stock.providers.values() if p.company),
    )
    held = Counter(r.provider for r in stock.registrations.values())
    plain = [
        r
        for r in stock.registrations.values()
        if r.counted and not (r.dormant or r.links or r.dual_with) and r.care_home and held[r.provider] == 1
    ]
    if len(plain) < 4:
        raise ValueError(f"a month needs four homes that are their provider's only one; the county has {len(plain)}")
    sold, closed, grown, rated = chance.sample(plain, 4)
    buyer = chance.choice([p for p in stock.providers.values() if p.brand is not None and p.deregistered_on is None])
    day = homes.day_between(before + timedelta(days=1), as_at - timedelta(days=SALE_OVERLAP_DAYS + 1), chance)
    last_day = homes.day_between(before + timedelta(days=1), as_at - timedelta(days=1), chance)

    seller = stock.providers[sold.provider]
    how = Handover(SALE_OVERLAP_DAYS)
    bought = replace(sold, id=numbers.location(), provider=buyer.id, registered_on=day, links=())
    earlier, bought = hand_over(bought, seller, numbers, sold.registered_on, how)
    earlier = replace(
        sold,
        deregistered_on=earlier.deregistered_on,
        links=tuple(replace(link, id=bought.id) for link in earlier.links),
    )
    bought = replace(
        bought,
        links=tuple(replace(link, id=sold.id, name=sold.name) for link in bought.links),
        rating=replace(sold.rating, earned_by=sold.id) if sold.rating else None,
    )
    more = grown.beds + chance.randint(2, 6)
    founder, opened = _open_home(stock, day, numbers, chance)
    fresh = homes.rating(last_day, chance)
    entries: list[Provider | Registration] = [
        earlier,
        bought,
        replace(seller, deregistered_on=earlier.deregistered_on),
        replace(closed, deregistered_on=last_day),
        replace(stock.providers[closed.provider], deregistered_on=last_day),
        replace(grown, beds=more),
        replace(rated, rating=fresh),
        founder,
        opened,
    ]
    return stock.amended(entries), (
        f"{sold.id} was sold to {buyer.id} on {day} and is now registered as {bought.id}",
        f"{closed.id} closed on {last_day}; nobody came after",
        f"{grown.id} has {more} beds, before {grown.beds}",
        f"{rated.id} was rated {fresh.overall} on {last_day}",
        f"{opened.id} opened on {day} with {opened.beds} beds",
    )


def _open_home(stock: Stock, day: date, numbers: Numbers, chance: Random) -> tuple[Provider, Registration]:
    """A new home with a new provider, built beside an existing one: without a rating, as new homes are."""
    beside = chance.choice([r for r in stock.registrations.values() if r.counted]).building
    number = 1 + max(r.building.number for r in stock.registrations.values())
    building = replace(beside, number=number, street=f"{number} Newbuild Drive", uprn=f"99{number:010d}")
    founder = Provider(
        numbers.provider(), f"Exercise Newcomer {number} Limited", "Organisation", day, building, numbers.company()
    )
    kind = homes.kinds(1, chance)[0]
    return founder, Registration(
        id=numbers.location(),
        provider=founder.id,
        name=f"{building.town} New House {number}",
        building=building,
        kind=kind,
        beds=homes.beds(kind, chance),
        services=homes.services(kind, chance),
        specialisms=homes.specialisms(kind, chance),
        registered_on=day,
    )
