"""Councils, their towns, and buildings with addresses, one postcode to a building."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import date
from random import Random

from exercise import names
from exercise.land import Bank, Land
from exercise.names import Numbers
from exercise.stock import Building, Council

#: Homes gather in towns: the spread of one about its middle, in km, in each direction.
_TOWN_SPREAD_KM = 1.3


def found_councils(land: Land, homes: int, chance: Random) -> tuple[Council, ...]:
    """One council to each area, with two to seven towns each; the first town of each bank faces the other's.

    With two councils they are named after the banks, else each after its first town.
    """
    cells = land.cells()
    called = names.towns()
    councils = []
    for turn, cell in enumerate(cells):
        count = min(7, max(2, round(homes / len(cells) / 14)))
        towns = []
        for place in range(count):
            # The first town of an area by the estuary stands at its shore: the pair that a straight line joins.
            inland = 0.02 if place == 0 and cell.row == 0 else chance.uniform(0.08, 0.92)
            across = 0.8 if place == 0 and cell.row == 0 else chance.uniform(0.08, 0.92)
            point = land.point(cell.bank, (cell.column + across) / land.columns, (cell.row + inland) / land.rows)
            towns.append((next(called), *land.within(cell, *point)))
        name = f"{cell.bank.title()} {names.COUNTY}" if len(cells) == 2 else towns[0][0]
        councils.append(Council(f"X1{turn + 1:07d}", name, cell, tuple(towns)))
    return tuple(councils)


@dataclass(frozen=True, slots=True)
class Founding:
    """What every step of building the county draws on: its day, its surveyor, ids not yet given out, and chance."""

    as_at: date
    surveyor: Surveyor
    numbers: Numbers
    chance: Random

    @property
    def start(self) -> date:
        """The day on which everyone was registered first, as on 1 October 2010: the oldest date in the county."""
        return self.as_at.replace(year=self.as_at.year - 16, month=10, day=1)


class Surveyor:
    """Puts up buildings in turn: every one on land, with its own number, address, postcode and UPRN."""

    def __init__(self, land: Land, councils: tuple[Council, ...], chance: Random) -> None:
        self._land, self._councils, self._chance = land, councils, chance
        self._areas = {council.code: turn for turn, council in enumerate(councils)}
        self._postcodes: Counter[str] = Counter()
        self._houses: Counter[str] = Counter()
        self._number = 0

    def council(self, bank: Bank | None = None) -> Council:
        """A council by chance, on a bank where one is given."""
        return self._chance.choice([c for c in self._councils if bank in (None, c.bank)])

    def building(self, council: Council) -> Building:
        """A new building in one of a council's towns; the first towns are the larger ones."""
        size = len(council.towns)
        town, x, y = council.towns[int(size * self._chance.random() ** 1.6)]
        spot = self._land.within(
            council.cell, self._chance.gauss(x, _TOWN_SPREAD_KM), self._chance.gauss(y, _TOWN_SPREAD_KM)
        )
        longitude, latitude = self._land.degrees(*spot)
        self._number += 1
        turn = self._postcodes[council.code]
        self._postcodes[council.code] += 1
        return Building(
            number=self._number,
            council=council,
            street=names.street(turn),
            town=town,
            postcode=names.postcode(self._areas[council.code], turn),
            uprn=f"99{self._number:010d}",
            longitude=longitude,
            latitude=latitude,
        )

    def house_name(self, building: Building) -> str:
        """The next free name of a house in a building's town."""
        turn = self._houses[building.town]
        self._houses[building.town] += 1
        return names.house(building.town, turn)
