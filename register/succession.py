"""One home through its registrations: who took it over from whom. Pure.

A sale, a change of legal entity or a move ends one registration and begins another, so "deregistered" is not
"closed", and two registrations of one home are alive together for days or months (reference: real chains in one
council area, 2010-2025). Three grounds hold registrations to be one home:

- **recorded**: the regulator links them (``HSCA Predecessor``/``Successor``, either side is enough), or says that
  two providers are registered for one home (dual registration);
- **inferred**: no link, but one ends within 180 days of the other's beginning at the same UPRN, the same postcode
  and first line of address, or the same name and postcode. Scotland records no links at all;
- **inferred**: two providers' registrations with equal name, address and number of beds: a home listed twice.

Anything else at one address stays apart: two homes in one building are common, and a home wrongly merged with
its neighbour loses its residents.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from itertools import product

from register.records import LocationRecord
from register.snapshot import Home, HomeStatus, Join, Registration

#: Days between one registration's end and the next one's beginning, or of their overlap, that are still one sale.
NEAR = timedelta(days=180)

#: Overlaps and gaps up to this are the rule in recorded sales; longer ones want better grounds than a street.
BRIEF = timedelta(days=31)

#: The reason of a join that says two providers are registered for one home.
DUAL = "Dual registration"

#: A place shared by more registrations than this identifies none of them (a business park, a damaged UPRN).
CROWD = 40

#: Words that come and go in a home's name when its owner changes.
_GENERIC = frozenset(
    ["care", "home", "homes", "nursing", "residential", "rest", "house", "centre", "limited", "ltd", "the", "and"]
)


@dataclass(frozen=True, slots=True)
class Sight:
    """What the lists say of one registration beyond its record.

    ``last_seen``: the last day on which a list holds it. ``vanished``: true where its end is not recorded but told
    from a complete list without it, so that it ended on some day between ``last_seen`` and ``deregistered_on``.
    ``also_listed``: the other names and addresses that its lists have given it, of any day. A postcode corrected years
    after a sale must not take the home's past away from it.
    """

    last_seen: date
    vanished: bool = False
    also_listed: tuple[LocationRecord, ...] = ()


@dataclass(frozen=True, slots=True)
class _Candidate:
    """A possible inferred join; the best grounds sort first. ``twice``: not a sale but one home listed twice."""

    grounds: tuple[int, int]
    earlier: str
    later: str
    reason: str
    twice: bool = False


class _Groups:
    """Disjoint sets of ids; the least id stands for its set, so that order of input does not matter."""

    def __init__(self) -> None:
        self._parent: dict[str, str] = {}

    def root(self, one: str) -> str:
        """The id that stands for the set."""
        parent = self._parent.setdefault(one, one)
        while parent != self._parent[parent]:
            self._parent[one] = parent = self._parent[parent]
        self._parent[one] = parent
        return parent

    def join(self, one: str, other: str) -> None:
        """Make two sets one."""
        least, most = sorted((self.root(one), self.root(other)))
        self._parent[most] = least


def homes_of(
    registrations: Iterable[Registration],
    *,
    on: date,
    sights: Mapping[str, Sight],
    listed_until: Mapping[str, date] | None = None,
) -> tuple[dict[str, Home], dict[str, str]]:
    """Homes by id, and the home of each registration, as at a day.

    ``sights`` by registration id. ``listed_until``: by register (``cqc``), the day of its latest complete list: an end
    is a closure only when half a year of lists has shown nobody taking the place on.
    """
    known = {registration.id: registration for registration in sorted(registrations, key=lambda r: r.id)}
    joins = _recorded(known)
    joins += _inferred(known, sights, joins)
    groups = _Groups()
    for identifier in known:
        groups.root(identifier)
    for join in joins:
        groups.join(join.earlier, join.later)
    members: dict[str, list[Registration]] = {}
    for identifier, registration in known.items():
        members.setdefault(groups.root(identifier), []).append(registration)
    reasons: dict[str, list[Join]] = {}
    for join in joins:
        reasons.setdefault(groups.root(join.earlier), []).append(join)
    homes = []
    for root, some in members.items():
        homes.append(_home(some, reasons.get(root, []), on, listed_until or {}))
    ordered = {home.id: home for home in sorted(homes, key=lambda home: home.id)}
    return ordered, {r.id: home.id for home in ordered.values() for r in home.registrations}


def _recorded(known: Mapping[str, Registration]) -> list[Join]:
    """Joins that the regulator records. A link through a registration that we do not hold still joins its two sides.

    Where one registration is succeeded by two that run side by side (or succeeds two), only the better match is the
    same home: the regulator's link says where the people went, not that two houses became one.
    """
    found: dict[tuple[str, str], str] = {}
    for registration in known.values():
        for link in registration.record.links or ():
            pair = (link.id, registration.id) if link.kind == "predecessor" else (registration.id, link.id)
            if pair[0] != pair[1]:
                found[pair] = min(link.reason, found.get(pair, link.reason))
    for side in (0, 1):
        ends: dict[str, list[str]] = {}
        for pair in found:
            ends.setdefault(pair[side], []).append(pair[1 - side])
        for shared, others in ends.items():
            for lost in _side_by_side(known, shared, sorted(others)):
                found.pop((shared, lost) if side == 0 else (lost, shared), None)
    joins = [Join(earlier, later, "recorded", reason) for (earlier, later), reason in sorted(found.items())]
    for registration in known.values():
        other = registration.record.dual_with
        if other and other != registration.id:
            primary = registration.id if registration.record.dual_primary else other
            partner = other if registration.record.dual_primary else registration.id
            joins.append(Join(partner, primary, "recorded", DUAL))
    return sorted(set(joins), key=lambda join: (join.earlier, join.later, join.reason))


def _side_by_side(known: Mapping[str, Registration], shared: str, others: Sequence[str]) -> list[str]:
    """Of several predecessors or successors of one registration, those that are other houses than the best match."""
    held = [one for one in others if one in known]
    if len(held) < 2:
        return []
    hub = known.get(shared)

    def likeness(one: str) -> tuple[int, int, str]:
        record = known[one].record
        same = len(_keys(record) & _keys(hub.record)) if hub else 0
        beds = abs((record.beds or 0) - (hub.record.beds or 0)) if hub else 0
        return -same, beds, one

    best, *rest = sorted(held, key=likeness)
    return [one for one in rest if _overlap(known[best].record, known[one].record) > NEAR]


def _overlap(one: LocationRecord, other: LocationRecord) -> timedelta:
    """How long two registrations were alive together; an open end counts as far as the other's."""
    start = max(one.registered_on or date.min, other.registered_on or date.min)
    end = min(one.deregistered_on or date.max, other.deregistered_on or date.max)
    return end - start


def _inferred(known: Mapping[str, Registration], sights: Mapping[str, Sight], recorded: Sequence[Join]) -> list[Join]:
    """Joins by place and date where none is recorded: best grounds first, one successor for each and one before."""
    succeeded = {join.earlier for join in recorded if join.reason != DUAL}
    preceded = {join.later for join in recorded if join.reason != DUAL}
    together = _Groups()
    for join in recorded:
        together.join(join.earlier, join.later)
    at_place: dict[str, list[str]] = {}
    for identifier, registration in known.items():
        for key in set().union(*(_keys(record) for record in _as_listed(registration.record, sights))):
            at_place.setdefault(key, []).append(identifier)
    candidates: dict[tuple[str, str], _Candidate] = {}
    for key in sorted(at_place):
        some = at_place[key]
        if not 1 < len(some) <= CROWD:
            continue
        for one in some:
            for other in some:
                pair = (one, other)
                if _order(known[one]) < _order(known[other]) and pair not in candidates:
                    candidate = _weigh(known[one].record, known[other].record, sights)
                    if candidate:
                        candidates[pair] = candidate
    joins = []
    for candidate in sorted(candidates.values(), key=lambda c: (c.grounds, c.earlier, c.later)):
        free = candidate.earlier not in succeeded and candidate.later not in preceded
        if (free or candidate.twice) and together.root(candidate.earlier) != together.root(candidate.later):
            succeeded.add(candidate.earlier)
            preceded.add(candidate.later)
            together.join(candidate.earlier, candidate.later)
            joins.append(Join(candidate.earlier, candidate.later, "inferred", candidate.reason))
    return joins


@dataclass(frozen=True, slots=True)
class _Likeness:
    """What two registrations share."""

    name: bool
    uprn: bool
    address: bool
    postcode: bool
    beds: bool

    @property
    def grounds(self) -> list[str]:
        """The shared things in words."""
        named = ["same name and postcode"] * (self.name and self.postcode)
        return ["same UPRN"] * self.uprn + ["same address"] * self.address + named

    @property
    def rank(self) -> int:
        """0 is best: two grounds or more, and the name."""
        return int(len(self.grounds) < 2) + int(not self.name)


def _as_listed(record: LocationRecord, sights: Mapping[str, Sight]) -> tuple[LocationRecord, ...]:
    """A registration with every name and address that its lists have given it, the present one first."""
    sight = sights.get(record.id)
    return (record, *sight.also_listed) if sight else (record,)


def _liken(one: LocationRecord, other: LocationRecord) -> _Likeness:
    """Compare two registrations; what either does not say is not shared."""
    return _Likeness(
        name=bool(_name(one)) and _name(one) == _name(other),
        uprn=bool(one.uprn) and one.uprn == other.uprn,
        address=bool(_address(one)) and _address(one) == _address(other),
        postcode=bool(one.postcode) and one.postcode == other.postcode,
        beds=one.beds is not None and one.beds == other.beds,
    )


def _weigh(earlier: LocationRecord, later: LocationRecord, sights: Mapping[str, Sight]) -> _Candidate | None:
    """Whether the later registration looks like the earlier one taken over, and on what grounds."""
    if later.registered_on is None or earlier.registered_on is None:
        return None
    pairs = product(_as_listed(earlier, sights), _as_listed(later, sights))
    like = min((_liken(*pair) for pair in pairs), key=lambda like: (like.rank, -len(like.grounds)))
    first_end, last_end = _ends(earlier, sights.get(earlier.id))
    if first_end is None or last_end is None:
        seen = [sight.last_seen for one in (earlier.id, later.id) if (sight := sights.get(one))]
        return _listed_twice(earlier, later, like, min(seen, default=date.max) - later.registered_on)
    gap, overlap = later.registered_on - last_end, first_end - later.registered_on
    # Neighbours in one street have one postcode and first line: by these alone only a clean hand-over counts.
    lines = [record.address[0] for record in _as_listed(earlier, sights) if record.address]
    numbered = like.address and all(any(mark.isdigit() for mark in line) for line in lines)
    certain = like.name or like.uprn
    if overlap > (NEAR if certain else BRIEF) or gap > (NEAR if certain or numbered or like.beds else BRIEF):
        return None
    reason = f"{', '.join(like.grounds)}; one ended within {NEAR.days} days of the other's beginning"
    return _Candidate((like.rank, max(gap, overlap, timedelta(0)).days), earlier.id, later.id, reason)


def _listed_twice(
    earlier: LocationRecord, later: LocationRecord, like: _Likeness, overlap: timedelta
) -> _Candidate | None:
    """Both still registered when last seen: a sale on its way through the regulator's books, or a home listed twice.

    One provider may well run two homes at one address, so only another provider's registration is looked at.
    """
    if later.deregistered_on is not None or len(like.grounds) < 2 or earlier.provider_id == later.provider_id:
        return None
    if overlap <= NEAR and (like.name or like.beds):
        reason = f"{', '.join(like.grounds)}; both registered, for less than {NEAR.days} days so far"
        return _Candidate((like.rank, 0), earlier.id, later.id, reason)
    if like.name and like.address and like.beds:
        reason = f"{', '.join(like.grounds)} and number of beds under two providers: one home listed twice"
        return _Candidate((like.rank, 1), earlier.id, later.id, reason, twice=True)
    return None


def _ends(record: LocationRecord, sight: Sight | None) -> tuple[date | None, date | None]:
    """The first and the last day on which a registration can have ended; ``None`` twice where it has not."""
    if record.deregistered_on is None:
        return None, None
    if sight and sight.vanished:
        return min(sight.last_seen, record.deregistered_on), record.deregistered_on
    return record.deregistered_on, record.deregistered_on


def _keys(record: LocationRecord) -> set[str]:
    """What a registration may share with another of the same home."""
    keys = set()
    if record.uprn:
        keys.add(f"uprn {record.uprn}")
    if address := _address(record):
        keys.add(f"address {address}")
    if record.postcode and _name(record):
        keys.add(f"name {record.postcode} {_name(record)}")
    return keys


def _address(record: LocationRecord) -> str:
    """Postcode and first line, in small letters and without punctuation; empty where either is missing."""
    line = record.address[0] if record.address else ""
    plain = " ".join(re.findall(r"[a-z0-9]+", line.casefold()))
    return f"{record.postcode} {plain}" if record.postcode and plain else ""


def _name(record: LocationRecord) -> str:
    """A home's name without the words that change with its owner: ``St Georges Nursing Home (Oldham) Limited``."""
    words = re.findall(r"[a-z0-9]+", (record.name or "").casefold().replace("'", "").replace("’", ""))
    return " ".join([word for word in words if word not in _GENERIC] or words)


def _order(registration: Registration) -> tuple[date, date, str]:
    """Earliest first; of two that begin on one day, the one that ends first."""
    record = registration.record
    return record.registered_on or date.min, record.deregistered_on or date.max, registration.id


def _home(some: Sequence[Registration], joins: Sequence[Join], on: date, listed_until: Mapping[str, date]) -> Home:
    """One home of its registrations. A dual partner stands just before its primary, whose beds are the ones counted."""
    ordered = sorted(some, key=_order)
    held = {registration.id for registration in ordered}
    partners = {join.earlier: join.later for join in joins if join.reason == DUAL}
    dual = tuple(sorted(one for one, primary in partners.items() if one in held and primary in held))
    for one in dual:
        position = {registration.id: at for at, registration in enumerate(ordered)}
        at, primary = position[one], position[partners[one]]
        if at > primary:
            ordered.insert(primary, ordered.pop(at))
    begun = [r for r in ordered if (r.record.registered_on or date.min) <= on]
    active = [r for r in ordered if r.active(on)]
    current = active[-1] if active else begun[-1] if begun else ordered[0]
    home = Home(
        id=current.id,
        registrations=tuple(ordered),
        current=current,
        joins=tuple(sorted(joins, key=lambda join: (join.earlier, join.later, join.basis, join.reason))),
        status="open",
        dual=dual,
    )
    return replace(home, status=_status(home, begun, active, on, listed_until))


def _status(
    home: Home,
    begun: Sequence[Registration],
    active: Sequence[Registration],
    on: date,
    listed_until: Mapping[str, date],
) -> HomeStatus:
    """Whether the home is open on the day, in the words of ``register.snapshot``.

    Between two registrations of one home nothing is closed: it counts as open for 180 days, then as dormant.
    """
    if active:
        return "dormant" if home.current.record.dormant else "open"
    if not begun:
        return "not yet open"
    ended = max(r.record.deregistered_on or date.min for r in begun)
    if len(begun) < len(home.registrations):
        return "open" if on - ended <= NEAR else "dormant"
    looked = listed_until.get(home.id.partition(":")[0])
    could_be_found = bool(_keys(home.current.record))  # children's homes are listed without an address
    closed = looked is not None and looked - ended > NEAR and could_be_found
    return "closed" if closed else "ended, successor unknown"
