"""Who runs the homes and who owns the buildings: one large chain, middling chains, and many with a single home."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from random import Random

from exercise.land import Bank
from exercise.names import Numbers, title_number
from exercise.places import Founding
from exercise.stock import Brand, Building, Kind, Landlord, Provider, Title

#: The large chain: a tenth of the homes, as many as Southern Cross had at the most (752, in 2011).
CHAIN_NAME = "Longwater Exercise Care"
CHAIN_SHARE, CHAIN_MOST = 0.1, 752
#: Of the chain's homes, those of its first legal entity: the county's largest provider.
_CHAIN_ENTITIES = (0.55, 0.3, 0.15)
_MIDDLING_SHARE, _PAIRS_SHARE, _COUNCIL_SHARE, _VOLUNTARY_SHARE = 0.22, 0.14, 0.03, 0.09

#: Invented companies under jurisdictions that land registers really name.
OFFSHORE = (
    Landlord("Exercise Tidewater Property One Limited", "JERSEY", None),
    Landlord("Exercise Tidewater Property Two Limited", "JERSEY", None),
    Landlord("Exercise Ebb Holdings S.à r.l.", "LUXEMBOURG", None),
    Landlord("Exercise Neap Investments Limited", "BRITISH VIRGIN ISLANDS", None),
)


@dataclass(frozen=True, slots=True)
class Entity:
    """One legal person and the homes (positions in the list of drafts) that it is to run."""

    provider: Provider
    homes: tuple[int, ...]


def share_out(places: Sequence[tuple[Building, Kind]], founding: Founding) -> Iterator[Entity]:
    """Give every home a provider. ``places`` is each home's building and kind; yields the chain's entities first."""
    since, numbers, chance = founding.start, founding.numbers, founding.chance
    free = list(range(len(places)))

    def take(wanted: list[int]) -> tuple[int, ...]:
        chosen = set(wanted)
        free[:] = [home for home in free if home not in chosen]
        return tuple(sorted(chosen))

    def company(name: str, homes: tuple[int, ...], brand: Brand | None = None, charity: str | None = None) -> Entity:
        where = places[homes[0]][0]
        return Entity(
            Provider(
                numbers.provider(), name, "Organisation", since, where, numbers.company(), charity=charity, brand=brand
            ),
            homes,
        )

    chain = _chain_homes(places, chance)
    brand, start = Brand("EXB1", f"BRAND {CHAIN_NAME}"), 0
    for turn, homes in enumerate(_divide(len(chain), _CHAIN_ENTITIES)):
        if homes:
            part = take(chain[start : start + homes])
            start += homes
            yield company(f"{CHAIN_NAME} {('', '(Holdings) ', '(Properties) ')[turn]}Limited", part, brand)

    total, largest = len(places), _divide(len(chain), _CHAIN_ENTITIES)[0]
    brands = 1
    wanted = round(_MIDDLING_SHARE * total)
    while wanted >= 2 and len(free) >= 2:
        size = min(wanted, len(free), chance.randint(2, max(2, min(60, largest - 2))))
        brands += 1
        # Chains of homes for people with a learning disability run little else.
        alike = places[chance.choice(free)][1]
        ordered = sorted(chance.sample(free, len(free)), key=lambda home: places[home][1] != alike)
        wanted -= size
        name = f"Exercise Group {brands}"
        yield company(f"{name} Limited", take(ordered[:size]), Brand(f"EXB{brands}", f"BRAND {name}"))

    for share, size, word in ((_PAIRS_SHARE, 2, "Exercise Pair"), (_VOLUNTARY_SHARE, 1, "Exercise Charity")):
        for turn in range(max(1, round(share * total / size))):
            if len(free) >= size:
                charity = f"99{turn + 1:05d}" if size == 1 else None
                yield company(f"{word} {turn + 1} Limited", take(chance.sample(free, size)), charity=charity)

    own: dict[str, list[int]] = {}
    for home in chance.sample(free, min(round(_COUNCIL_SHARE * total), len(free))):
        own.setdefault(places[home][0].council.code, []).append(home)
    for homes_of_council in own.values():
        where = places[homes_of_council[0]][0]
        name = f"{where.council.name} Council (invented)"
        yield Entity(Provider(numbers.provider(), name, "Organisation", since, where), take(homes_of_council))

    for home in list(free):
        yield Entity(_single(places[home][0], founding, home), take([home]))


def _divide(total: int, shares: Sequence[float]) -> list[int]:
    """``total`` homes in the given shares, the first taking what rounding leaves over."""
    parts = [int(total * share) for share in shares]
    parts[0] += total - sum(parts)
    return parts


def _chain_homes(places: Sequence[tuple[Building, Kind]], chance: Random) -> list[int]:
    """The large chain's homes: older people's, two in five with nursing, two thirds of them on the north bank."""
    size = min(CHAIN_MOST, max(3, round(CHAIN_SHARE * len(places))))

    def some(count: int, bank: Bank, kind: Kind) -> list[int]:
        fitting = [i for i, (where, what) in enumerate(places) if where.council.bank == bank and what == kind]
        return chance.sample(fitting, min(count, len(fitting)))

    north = round(size * 0.66)
    chosen = some(round(size * 0.3), "north", "older people, nursing")
    chosen += some(north - len(chosen), "north", "older people")
    chosen += some(round(size * 0.1), "south", "older people, nursing")
    chosen += some(size - len(chosen), "south", "older people")
    chance.shuffle(chosen)
    return chosen


def _single(where: Building, founding: Founding, turn: int) -> Provider:
    """The owner of one home: a company, or a partnership or an individual without a company number."""
    numbers, since, form = founding.numbers, founding.start, founding.chance.random()
    if form < 0.1:
        return Provider(numbers.provider(), f"Alex Sample{turn:05d}", "Individual", since, where)
    if form < 0.17:
        return Provider(numbers.provider(), f"Exercise Partnership {turn}", "Partnership", since, where)
    return Provider(
        numbers.provider(), f"Exercise Home {turn} Limited", "Organisation", since, where, numbers.company()
    )


def titles(buildings: Sequence[tuple[Building, Provider]], numbers: Numbers, chance: Random) -> tuple[Title, ...]:
    """A title to each building. Of the chain's, three in five are owned offshore and one in five cannot be traced.

    Elsewhere most companies own their building, one in twenty has an offshore landlord, and buildings of individuals
    and partnerships are untraced: no public file names private owners.
    """
    from_here = Landlord("Exercise Harbour Estates Limited", "ENGLAND", numbers.company())
    drawn = []
    for turn, (building, provider) in enumerate(buildings, start=1):
        chain = provider.brand is not None and provider.brand.id == "EXB1"
        luck = chance.random()
        offshore = chance.choice(OFFSHORE[:2] if chain and luck < 0.45 else OFFSHORE)
        own = Landlord(provider.name, "ENGLAND", provider.company) if provider.company else None
        edges = (0.6, 0.8, 0.8) if chain else (0.05, 0.15, 0.9)
        owner = offshore if luck < edges[0] else from_here if luck < edges[1] else own if luck < edges[2] else None
        leasehold = chance.random() < 0.08
        drawn.append(Title(title_number(turn), building.number, "Leasehold" if leasehold else "Freehold", owner))
    return tuple(drawn)
