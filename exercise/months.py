"""One month in the county: a sale, a true closure, changed beds, a new rating, a new home."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, timedelta
from random import Random

from exercise import homes
from exercise.history import Handover, hand_over
from exercise.names import Numbers
from exercise.stock import Provider, Registration, Stock

SALE_OVERLAP_DAYS = 5


@dataclass(frozen=True, slots=True)
class Month:
    """The month that passes: its first and last day, the stock before, ids not yet given out, and chance."""

    first: date
    last: date
    stock: Stock
    numbers: Numbers
    chance: Random


#: What an event leaves behind: the changed and new entries, and a sentence.
Outcome = tuple[list[Provider | Registration], str]


def pass_month(stock: Stock, before: date, as_at: date, chance: Random) -> tuple[Stock, tuple[str, ...]]:
    """The stock as at ``as_at``, and what happened since ``before``, in sentences.

    One home each is sold, closes, changes its beds and is rated, as long as there are homes that are their provider's
    only one; a fifth one opens.
    """
    numbers = Numbers(
        location=1 + max(int(i.removeprefix("EX-1")) for i in stock.registrations),
        provider=1 + max(int(i.removeprefix("EXP-1")) for i in stock.providers),
        company=1 + max(int(p.company[2:]) for p in stock.providers.values() if p.company),
    )
    month = Month(before + timedelta(days=1), as_at - timedelta(days=1), stock, numbers, chance)
    held = Counter(r.provider for r in stock.registrations.values())
    plain = [
        r
        for r in stock.registrations.values()
        if r.counted and not (r.dormant or r.links or r.dual_with) and held[r.provider] == 1
    ]
    entries, sentences = _opening(month)
    happened = [sentences]
    for event, home in zip(EVENTS, chance.sample(plain, min(len(plain), len(EVENTS))), strict=False):
        changed, sentence = event(home, month)
        entries += changed
        happened.append(sentence)
    return stock.amended(entries), tuple(happened)


def _sale(home: Registration, month: Month) -> Outcome:
    """A chain buys the home: a new registration, and a few days on which both are active."""
    stock, numbers = month.stock, month.numbers
    buyer = month.chance.choice([p for p in stock.providers.values() if p.brand and p.deregistered_on is None])
    day = homes.day_between(month.first, month.last - timedelta(days=SALE_OVERLAP_DAYS), month.chance)
    rating = replace(home.rating, earned_by=home.id) if home.rating else None
    bought = replace(home, id=numbers.location(), provider=buyer.id, registered_on=day, rating=rating)
    sold, bought = hand_over(home, bought, Handover(SALE_OVERLAP_DAYS))
    seller = replace(stock.providers[home.provider], deregistered_on=sold.deregistered_on)
    sentence = f"{home.id} was sold to {buyer.id} on {day} and is now registered as {bought.id}"
    return [seller, sold, bought], sentence


def _closure(home: Registration, month: Month) -> Outcome:
    """The home closes for good, and its provider is no longer registered."""
    day = homes.day_between(month.first, month.last, month.chance)
    provider = replace(month.stock.providers[home.provider], deregistered_on=day)
    return [provider, replace(home, deregistered_on=day)], f"{home.id} closed on {day}; nobody came after"


def _extension(home: Registration, month: Month) -> Outcome:
    """The home builds on."""
    beds = home.beds + month.chance.randint(2, 6)
    day = homes.day_between(month.first, month.last, month.chance)
    return [replace(home, beds=beds, amended_on=day)], f"{home.id} has {beds} beds since {day}, before {home.beds}"


def _inspection(home: Registration, month: Month) -> Outcome:
    """The home is inspected and rated."""
    rating = homes.rating(homes.day_between(month.first, month.last, month.chance), month.chance)
    return [replace(home, rating=rating)], f"{home.id} was rated {rating.overall} on {rating.published_on}"


def _opening(month: Month) -> Outcome:
    """A new home with a new provider, built beside an existing one: without a rating, as new homes are."""
    stock, numbers, chance = month.stock, month.numbers, month.chance
    beside = chance.choice([r for r in stock.registrations.values() if r.counted]).building
    day = homes.day_between(month.first, month.last, chance)
    number = 1 + max(r.building.number for r in stock.registrations.values())
    building = replace(beside, number=number, street=f"{number} Newbuild Drive", uprn=f"99{number:010d}")
    name = f"Exercise Newcomer {number} Limited"
    founder = Provider(numbers.provider(), name, "Organisation", day, building, numbers.company())
    kind = homes.kinds(1, chance)[0]
    home = Registration(
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
    return [founder, home], f"{home.id} opened on {day} with {home.beds} beds"


EVENTS: tuple[Callable[[Registration, Month], Outcome], ...] = (_sale, _closure, _extension, _inspection)
