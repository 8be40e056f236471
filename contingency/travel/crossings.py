"""Land crossings, true islands and closed rivers: what a generalised coast cannot tell, kept in ``crossings.yml``."""

from __future__ import annotations

from functools import cache
from importlib import resources
from typing import Literal

import msgspec

#: ``toll``: a charge is made; ``tidal``: covered at high water; ``restricted``: not open to everybody.
Mark = Literal["toll", "tidal", "restricted"]
LonLat = tuple[float, float]


class Crossing(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A bridge, tunnel or causeway between two ends (longitude, latitude). Approximate unless ``status`` says."""

    name: str
    a: LonLat
    b: LonLat
    marks: tuple[Mark, ...] = ()
    status: Literal["to be checked", "checked"] = "to be checked"
    note: str = ""


class Island(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A landmass that no road reaches from the others, named by a point on it (longitude, latitude)."""

    name: str
    at: LonLat


class Barrier(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Tidal water that the fallback mask shows as land: the line of its channel (longitude, latitude)."""

    name: str
    line: tuple[LonLat, ...]


class CrossingTable(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The whole file. ``source`` says who compiled it and how far it has been checked."""

    source: str
    crossings: tuple[Crossing, ...]
    islands: tuple[Island, ...]
    barriers: tuple[Barrier, ...]


@cache
def crossing_table() -> CrossingTable:
    """The table that comes with Longstop. Raises msgspec.ValidationError naming the entry that is wrong."""
    text = (resources.files(__package__) / "crossings.yml").read_bytes()
    return msgspec.yaml.decode(text, type=CrossingTable)
