"""A case as its file gives it, read strictly: every fact has a source, and every name that is used is defined."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterable, Iterator
from datetime import date
from importlib.resources import files
from typing import Any, Literal

import msgspec
import yaml

from register.records import Untraced

#: Keys of one figure or name among those of its file.
Key = str


class BadCase(ValueError):
    """A case file that cannot be used. The message names the file, the place in it and the cause."""


class _Part(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What every part of a case file is: read strictly, so that a misspelt key is no silent loss."""


class Source(_Part, frozen=True, kw_only=True):
    """A public page. ``dated`` is what it says of its own day, which may be a month or a year ("2011-07"); ``None``: no
    day stands on it."""

    publisher: str
    title: str
    dated: str | None
    address: str

    @property
    def day(self) -> date | None:
        """The first day that ``dated`` may be."""
        return days_of(self.dated)[0] if self.dated else None


class Figure(_Part, frozen=True, kw_only=True):
    """One value and those who give it. ``about``: the source rounds or says "about"; ``words``: how it says it."""

    value: int | float | str
    sources: tuple[Key, ...]
    about: bool = False
    words: str | None = None


class Fact(_Part, frozen=True, kw_only=True):
    """One fact. With more than one figure the sources contradict each other, and all of them are kept."""

    id: Key
    what: str
    unit: str
    figures: tuple[Figure, ...]
    note: str | None = None

    @property
    def contested(self) -> bool:
        """Whether the sources differ."""
        return len(self.figures) > 1


class Sum(_Part, frozen=True, kw_only=True):
    """Facts that ought to add up to another. Where a fact is contested its first figure is taken, and it is said."""

    id: Key
    what: str
    parts: tuple[Key, ...]
    total: Key
    note: str | None = None


class Entity(_Part, frozen=True, kw_only=True):
    """A company, or a body known by name only. ``counts_as``: one line that stands for so many not told apart."""

    id: Key
    name: str
    kind: Literal["company", "body"]
    sources: tuple[Key, ...]
    jurisdiction: str | None = None
    counts_as: int = 1


class Holds(_Part, frozen=True, kw_only=True):
    """``holder`` stands above ``held``; how much it holds is not said, so no share is made up."""

    holder: Key
    held: Key
    what: str
    sources: tuple[Key, ...]


class Passed(_Part, frozen=True, kw_only=True):
    """A home's passing to another operator on a day."""

    to: Key
    day: date


class NamedHome(_Part, frozen=True, kw_only=True):
    """A home that the sources name. ``since``: run by ``operator`` from that day on (not said where None); ``closed``:
    its residents had left by the end of that day. ``beds`` are registered ones, ``people`` those who lived there;
    ``serves``: for whom it is, in a regulator's words. ``counted_in``: the portfolio of which it is one until it is
    told by itself."""

    id: Key
    name: str
    place: str
    operator: Key
    sources: tuple[Key, ...]
    nation: str | None = None
    landlord: Key | None = None
    since: date | None = None
    closed: date | None = None
    beds: int | None = None
    people: int | None = None
    serves: tuple[str, ...] = ()
    counted_in: Key | None = None
    passed: tuple[Passed, ...] = ()


class Portfolio(_Part, frozen=True, kw_only=True):
    """Homes that the sources count and do not name. ``homes`` None: there are some, how many is not said; 0: the
    operator looks after people who live elsewhere, in their own homes.

    ``let_since``: the landlord's from that day on; ``since``, ``until``: the operator's from a day on, up to a day.
    ``untraced``: why no landlord is known.
    """

    id: Key
    operator: Key
    homes: int | None
    sources: tuple[Key, ...]
    landlord: Key | None = None
    untraced: Untraced | None = None
    nation: str | None = None
    let_since: date | None = None
    since: date | None = None
    until: date | None = None
    note: str | None = None


class Lends(_Part, frozen=True, kw_only=True):
    """A loan with security, from one day up to another."""

    lender: Key
    borrower: Key
    what: str
    since: date
    sources: tuple[Key, ...]
    until: date | None = None
    note: str | None = None


class Event(_Part, frozen=True, kw_only=True):
    """What happened. ``insolvency`` is Companies House's word for the case, where it was one."""

    when: str
    entity: Key
    what: str
    sources: tuple[Key, ...]
    insolvency: str | None = None

    @property
    def day(self) -> date:
        """The first day that ``when`` may be."""
        return days_of(self.when)[0]


class Notice(_Part, frozen=True, kw_only=True):
    """How long people were told before something ended. ``given`` and ``ends`` may be a day or a month."""

    what: str
    given: str
    ends: str
    sources: tuple[Key, ...]
    note: str | None = None

    @property
    def days(self) -> tuple[int, int]:
        """The fewest and the most days that the notice can have been."""
        (first, last), (soonest, latest) = days_of(self.given), days_of(self.ends)
        return (soonest - last).days, (latest - first).days

    @property
    def words(self) -> str:
        """``28 days``; ``69 to 97 days``; ``the same day``."""
        fewest, most = self.days
        if most == 0:
            return "the same day"
        return f"{most} day{'s' * (most != 1)}" if fewest == most else f"{fewest} to {most} days"


class Question(_Part, frozen=True, kw_only=True):
    """What the case asks of a register, the answer that history gave, and the facts that the answer rests on."""

    ask: str
    answer: str
    rests_on: tuple[Key, ...]


class Case(_Part, frozen=True, kw_only=True):
    """A failure or a sale that happened. ``as_at`` is the day on which its questions are asked."""

    name: str
    title: str
    summary: str
    as_at: date
    sources: dict[Key, Source]
    facts: tuple[Fact, ...]
    questions: tuple[Question, ...]
    sums: tuple[Sum, ...] = ()
    entities: tuple[Entity, ...] = ()
    holds: tuple[Holds, ...] = ()
    homes: tuple[NamedHome, ...] = ()
    portfolios: tuple[Portfolio, ...] = ()
    lends: tuple[Lends, ...] = ()
    events: tuple[Event, ...] = ()
    notices: tuple[Notice, ...] = ()

    def fact(self, key: Key) -> Fact:
        """The fact of that id. Raises KeyError."""
        return next((one for one in self.facts if one.id == key), None) or _missing(key)

    def entity(self, key: Key) -> Entity:
        """The entity of that id. Raises KeyError."""
        return next((one for one in self.entities if one.id == key), None) or _missing(key)


def case_names() -> tuple[str, ...]:
    """The names of the cases there are, in order."""
    here = files("graph.cases")
    return tuple(sorted(one.name.removesuffix(".yml") for one in here.iterdir() if one.name.endswith(".yml")))


def case_named(name: str) -> Case:
    """A case of the library. Raises BadCase, naming the cases there are, for a name that is none."""
    if name not in case_names():
        raise BadCase(f"there is no case {name!r}; there are {', '.join(case_names())}")
    return read_case(files("graph.cases").joinpath(f"{name}.yml").read_text("utf-8"), f"{name}.yml")


def read_case(text: str, origin: str) -> Case:
    """A case from the text of its file. Raises BadCase naming ``origin``, the place in the file and the cause."""
    try:
        found = yaml.safe_load(text)
    except yaml.YAMLError as problem:
        where = getattr(problem, "problem_mark", None)
        line = f", line {where.line + 1}" if where is not None else ""
        raise BadCase(f"{origin}{line}: this is not YAML") from problem
    except ValueError as problem:
        raise BadCase(f"{origin}: a date in it is none ({problem})") from problem
    try:
        case = msgspec.convert(_plain(found), Case)
    except msgspec.ValidationError as problem:
        raise BadCase(f"{origin}: {problem}") from problem
    for complaint in _complaints(case):
        raise BadCase(f"{origin}: {complaint}")
    return case


def _complaints(case: Case) -> Iterator[str]:
    """What is wrong with a case that has the right shape."""
    for what, ids in (
        ("fact", [one.id for one in case.facts]),
        ("entity", [one.id for one in case.entities]),
        ("home", [*(one.id for one in case.homes), *(one.id for one in case.portfolios)]),
        ("sum", [one.id for one in case.sums]),
    ):
        if twice := sorted({one for one in ids if ids.count(one) > 1}):
            yield f"two {what}s are called {twice[0]}"
    yield from _unsourced(case)
    for some in case.portfolios:
        if some.homes is not None and some.homes < 0:
            yield f"homes {some.id} are fewer than none"
    for fact in case.facts:
        if not fact.figures:
            yield f"fact {fact.id} has no figure"
    yield from _dangling(case)


def _unsourced(case: Case) -> Iterator[str]:
    """What no source stands behind, and what is of no day."""
    for where, one in _told(case):
        if not one.sources:
            yield f"{where} has no source"
        for key in one.sources:
            if key not in case.sources:
                yield f"{where} names the source {key}, which is not in the file"
    days = [
        *((f"source {key}", one.dated) for key, one in case.sources.items() if one.dated is not None),
        *((f"the event of {one.when}", one.when) for one in case.events),
        *((f"the notice of {one.given}", day) for one in case.notices for day in (one.given, one.ends)),
    ]
    unread = [*(complaint for where, day in days for complaint in _undated(where, day))]
    yield from unread
    for one in () if unread else case.notices:
        if one.days[0] < 0:
            yield f"the notice of {one.given} ends before it is given"


def _undated(where: str, words: str) -> Iterator[str]:
    try:
        days_of(words)
    except ValueError:
        yield f"{where} is dated {words!r}, which is no year, month or day"


def _told(case: Case) -> Iterator[tuple[str, Any]]:
    """Everything that a source has to stand behind, with words for where it is."""
    for fact in case.facts:
        for figure in fact.figures:
            yield f"fact {fact.id} ({figure.value})", figure
    for entity in case.entities:
        yield f"entity {entity.id}", entity
    for link in case.holds:
        yield f"the link from {link.holder} to {link.held}", link
    for home in case.homes:
        yield f"home {home.id}", home
    for some in case.portfolios:
        yield f"homes {some.id}", some
    for loan in case.lends:
        yield f"the loan from {loan.lender} to {loan.borrower}", loan
    for event in case.events:
        yield f"the event of {event.when}", event
    for notice in case.notices:
        yield f"the notice of {notice.given}", notice


def _dangling(case: Case) -> Iterator[str]:
    """Names that lead nowhere."""
    entities, facts = {one.id for one in case.entities}, {one.id for one in case.facts}
    used: Iterable[tuple[str, str | None]] = [
        *((f"the link from {one.holder}", name) for one in case.holds for name in (one.holder, one.held)),
        *((f"home {one.id}", name) for one in case.homes for name in (one.operator, one.landlord)),
        *((f"home {one.id}", later.to) for one in case.homes for later in one.passed),
        *((f"home {one.id}", name) for one in case.portfolios for name in (one.operator, one.landlord)),
        *((f"the loan of {one.since}", name) for one in case.lends for name in (one.lender, one.borrower)),
        *((f"the event of {one.when}", one.entity) for one in case.events),
    ]
    for where, name in used:
        if name is not None and name not in entities:
            yield f"{where} names the entity {name}, which is not in the file"
    portfolios = {one.id for one in case.portfolios}
    for one in case.homes:
        if one.counted_in is not None and one.counted_in not in portfolios:
            yield f"home {one.id} is counted in {one.counted_in}, which are no homes of the file"
    rests = [
        *((f"sum {one.id}", key) for one in case.sums for key in (*one.parts, one.total)),
        *((f"the question {one.ask!r}", key) for one in case.questions for key in one.rests_on),
    ]
    for where, key in rests:
        if key not in facts:
            yield f"{where} names the fact {key}, which is not in the file"
    for total in case.sums:
        for key in {*total.parts, total.total} & facts:
            if any(isinstance(figure.value, str) for figure in case.fact(key).figures):
                yield f"sum {total.id} adds up {key}, which is words"


def _missing(key: Key) -> Any:
    raise KeyError(key)


def days_of(words: str) -> tuple[date, date]:
    """The first and the last day that "2011", "2011-07" or "2011-07-11" may be. Raises ValueError for other words."""
    parts = [int(part) for part in words.split("-")]
    match parts:
        case [year]:
            return date(year, 1, 1), date(year, 12, 31)
        case [year, month]:
            return date(year, month, 1), date(year, month, monthrange(year, month)[1])
        case [year, month, day]:
            return date(year, month, day), date(year, month, day)
    raise ValueError(f"{words!r} is no year, month or day")


def _plain(value: Any) -> Any:
    """YAML's values as msgspec reads them: days as text, keys as text."""
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, dict):
        return {str(key): _plain(one) for key, one in value.items()}
    if isinstance(value, list):
        return [_plain(one) for one in value]
    return value
