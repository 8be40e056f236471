"""Invented names, codes and numbers: none is, or could be mistaken for, a real place, company or person's.

Every company's name holds the word "Exercise". Ids begin with EX, area codes with X, postcodes with the areas ZX and
ZY (Royal Mail has neither), company numbers with 99 (Companies House is years from issuing one), UPRNs with 99.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count, product

COUNTY = "Velmshire"
BRIDGE = "Velm Bridge"
REGION = "Dogger Bank (invented)"
NOTICE = (
    "INVENTED. Velmshire does not exist: every home, provider, company, landlord and figure here was made up for an "
    "exercise and for tests. It lies in the open North Sea so that it cannot be taken for a real place."
)
#: The number that stands in every telephone column.
TELEPHONE = "0000000000"

_FIRST = ("Zel", "Zor", "Zab", "Zim", "Zun", "Vaz", "Vez", "Vuz", "Xan", "Xil", "Xor", "Yez", "Yuz", "Quaz", "Kuz")
_LAST = ("bury", "ham", "wick", "holme", "thorpe", "combe", "stead", "minster", "worth", "dale", "marsh", "cliffe")
_BEFORE = ("", "Great ", "Little ", "Upper ", "Nether ", "High ")
_HOUSES = (
    *("House", "Lodge", "Court", "Grange", "Manor", "View", "Gardens", "Meadow", "Orchard", "Cottage", "Villa"),
    *("Terrace", "Hall", "Park", "Green", "Rise", "Bank", "Haven", "Croft", "Towers"),
)
_STREETS = ("Example Street", "Sample Road", "Specimen Lane", "Model Avenue", "Pattern Close", "Trial Way", "Proof Row")
#: Letters that Royal Mail uses in the last two places of a postcode.
_INWARD = "ABDEFGHJLNPQRSTUWXYZ"
_PER_OUTCODE = 9 * len(_INWARD) ** 2


def towns() -> Iterator[str]:
    """Names of towns, each once: 1,080 of them. The order mixes the beginnings, so that neighbours differ."""
    for before, last, first in product(_BEFORE, _LAST, _FIRST):
        yield f"{before}{first}{last}"


def house(town: str, turn: int) -> str:
    """The ``turn``-th name for a house in a town: "Zelbury Lodge", later "Zelbury Lodge 2"."""
    again, which = divmod(turn, len(_HOUSES))
    return f"{town} {_HOUSES[which]}" + (f" {again + 1}" if again else "")


def street(turn: int) -> str:
    """A first line of an address: number and street."""
    return f"{1 + turn // len(_STREETS)} {_STREETS[turn % len(_STREETS)]}"


def outcode(number: int) -> str:
    """The ``number``-th outward code: ZX1 to ZX99, then ZY1 to ZY99. Raises ValueError beyond."""
    if not 0 <= number < 198:
        raise ValueError(f"there is no outward code number {number}: ZX1 to ZY99 are 198")
    return f"{'ZX' if number < 99 else 'ZY'}{number % 99 + 1}"


def postcode(area: int, turn: int) -> str:
    """The ``turn``-th unit postcode of the ``area``-th outward code: "ZX1 1AA", in steps that scatter the letters."""
    if turn >= _PER_OUTCODE:
        raise ValueError(f"{outcode(area)} has only {_PER_OUTCODE} postcodes")
    digit, letters = divmod((turn * 1009) % _PER_OUTCODE, len(_INWARD) ** 2)
    first, second = divmod(letters, len(_INWARD))
    return f"{outcode(area)} {digit + 1}{_INWARD[first]}{_INWARD[second]}"


def company_number(turn: int) -> str:
    """Eight digits beginning with 99."""
    return f"99{turn:06d}"


def title_number(turn: int) -> str:
    """A title number in HM Land Registry's form, with a district that it does not have: "ZX000001"."""
    return f"ZX{turn:06d}"


class Numbers:
    """Ids in turn. One object a county, so that a later month goes on where the last one stopped."""

    def __init__(self, location: int = 1, provider: int = 1, company: int = 1) -> None:
        self._location, self._provider, self._company = count(location), count(provider), count(company)

    def location(self) -> str:
        """``EX-100000001`` and on."""
        return f"EX-1{next(self._location):08d}"

    def provider(self) -> str:
        """``EXP-100000001`` and on."""
        return f"EXP-1{next(self._provider):08d}"

    def company(self) -> str:
        """``99000001`` and on."""
        return company_number(next(self._company))
