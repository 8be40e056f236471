"""Every home in a council's area must be left: flood, power, water."""

from __future__ import annotations

from collections.abc import Sequence

from contingency.scenarios.choice import Failure, UnknownName, standing
from graph.answers import Ownership
from register.place import Councils
from register.snapshot import Snapshot


def affected(ownership: Ownership, names: Sequence[str]) -> Failure:
    """Homes in the councils or districts named, by ONS code or by name. Raises UnknownName."""
    snapshot = ownership.snapshot
    codes: dict[str, str] = {}
    for home in snapshot.homes.values():
        place = home.current.place
        if place.authority:
            codes[place.authority.casefold()] = place.authority
            if place.authority_name:
                codes[place.authority_name.casefold()] = place.authority
        if place.district:
            codes.setdefault(place.district.casefold(), place.district)
    councils = Councils(snapshot.areas)
    ids = tuple(sorted({_code(name, codes, councils, snapshot) for name in names}))
    homes = [h for h in snapshot.homes.values() if {h.current.place.authority, h.current.place.district} & set(ids)]
    titles = sorted({h.current.place.authority_name or i for i in ids for h in homes if h.current.place.authority == i})
    return Failure(ids, f"every care home in {' and '.join(titles or ids)} must be left", standing(homes))


def _code(name: str, codes: dict[str, str], councils: Councils, snapshot: Snapshot) -> str:
    """The code that the register uses for a council: by its code, its name, another spelling, or an older code."""
    wanted = name.strip()
    council = councils.named(wanted, snapshot.on)
    for code in (wanted, *sorted(councils.codes_of(council.code if council else wanted.upper()))):
        if code.casefold() in codes:
            return codes[code.casefold()]
    raise UnknownName(f"no home stands in an area called {name!r}; write an ONS code or a council's name")
