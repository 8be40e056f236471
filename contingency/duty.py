"""Which law makes whom responsible when a home closes, by nation and by event; and what is done first.

The rows are in ``duty.yml``, dated and sourced, so that a lawyer can correct them without reading code. Nothing here
decides which event has happened: that is for people who know which legal entity failed.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib.resources import files

import msgspec

#: First letter of an ONS authority code (E10000008 is in England).
NATIONS = {"E": "England", "W": "Wales", "S": "Scotland", "N": "Northern Ireland"}


@dataclass(frozen=True, slots=True)
class Duty:
    """One row of the decision table. ``confirmed`` is false where nobody has checked it against the law itself."""

    event: str
    duty: str
    source: str
    confirmed: bool


@dataclass(frozen=True, slots=True)
class FirstStep:
    """What published guidance says to do, and when."""

    when: str
    step: str
    source: str


@dataclass(frozen=True, slots=True)
class DutyTable:
    """The whole file: ``duties`` by nation; ``as_at`` is the day the rows were last read against their sources."""

    as_at: date
    warning: str
    duties: dict[str, tuple[Duty, ...]]
    first_steps: tuple[FirstStep, ...]


@cache
def duty_table() -> DutyTable:
    """Read ``duty.yml``. Raises msgspec.ValidationError, naming the field, if the file was edited wrongly."""
    return msgspec.yaml.decode(files("contingency").joinpath("duty.yml").read_bytes(), type=DutyTable)


def nations_of(authorities: Iterable[str | None]) -> tuple[str, ...]:
    """The nations of some authorities by their ONS codes, in a fixed order; an unknown code has no nation."""
    letters = {code[0] for code in authorities if code and len(code) == 9 and code[1:].isdigit()}
    return tuple(nation for letter, nation in NATIONS.items() if letter in letters)
