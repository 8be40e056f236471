"""``longstop changes``: what changed, in sentences, by council, worst first."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Annotated

import typer
from sqlalchemy import Engine

from cli.session import (
    AsJson,
    Incomplete,
    Known,
    On,
    Refused,
    answer_json,
    day,
    messages,
    no_homes,
    no_sweeping,
    now,
    open_register,
)
from register.change_kinds import Change, in_words
from register.changes import care_changes, first_lists, ownership_changes, ownership_feeds, stale_sources
from register.digest import Digest, Period, arrange, as_text, document
from register.digest_pages import as_atom, as_html
from register.identifiers import scheme
from register.mail import MailProblem, Post, compose, post_of, send
from register.place import Councils
from register.reading import load_snapshot
from register.settings import Settings
from register.snapshot import Snapshot
from register.status import list_days

#: What a period is about that is of no one register.
OWNERS = ("companies, land and their owners",)


@dataclass(frozen=True, slots=True)
class Pair:
    """What is compared: two snapshots, and what the comparison is about.

    ``of`` are registers (``cqc``), or sources where ``owners`` says that it is about who owns what; none: every one.
    """

    before: Snapshot
    after: Snapshot
    of: tuple[str, ...] = ()
    owners: bool = False

    @property
    def changes(self) -> Iterator[Change]:
        """What changed."""
        if not self.owners:
            found = care_changes(self.before, self.after)
            return (c for c in found if not self.of or c.home is None or scheme(c.home) in self.of)
        found = ownership_changes(self.before, self.after)
        return (c for c in found if not self.of or _source(c) in self.of)


def _source(change: Change) -> str:
    """The source whose list shows a change."""
    seen = change.evidence_after or change.evidence_before
    return seen.feed.partition("/")[0] if seen else ""


def changes(  # noqa: PLR0917 - a command line has as many options as a reader needs
    since: Annotated[
        date | None, typer.Option(parser=day, metavar="DATE", help="Compare with the register as at that day.")
    ] = None,
    learnt_since: Annotated[
        date | None,
        typer.Option(parser=day, metavar="DATE", help="Compare with what the register knew at the end of that day."),
    ] = None,
    area: Annotated[str | None, typer.Option(metavar="CODE", help="One council: its ONS code or its name.")] = None,
    html: Annotated[Path | None, typer.Option(help="Write a page here.")] = None,
    atom: Annotated[Path | None, typer.Option(help="Write an Atom feed here.")] = None,
    text: Annotated[Path | None, typer.Option(help="Write plain text here, as for an e-mail.")] = None,
    mail: Annotated[
        bool, typer.Option("--mail", help="Send it by e-mail, where something changed and mail is configured.")
    ] = False,
    as_json: AsJson = False,
    on: On = None,
    known: Known = None,
) -> None:
    """What changed in homes and in who is behind them. By default each register's two newest whole lists."""
    if since is not None and learnt_since is not None:
        raise Refused("--since compares two days, --learnt-since what was known on two days: give one of them")
    settings, engine = open_register()
    post = _post(settings) if mail else None
    with messages.status("comparing …"), no_sweeping():
        pairs, notes = _pairs(engine, since, learnt_since, on, known)
        digest, code = _digest(pairs, notes, area)
    for path, write in ((html, as_html), (text, as_text)):
        if path is not None:
            _save(path, write(digest).encode())
    if atom is not None:
        _save(atom, as_atom(digest, area=code))
    if as_json:
        answer_json(document(digest))
    else:
        typer.echo(as_text(digest), nl=False)
    missing = list(digest.notes)
    if post and (digest.changes or digest.notes):
        missing += _mailed(digest, post)
    if missing:
        raise Incomplete(" ".join(missing))


def _post(settings: Settings) -> Post:
    """Where mail goes. Refused where it is not configured."""
    try:
        post = post_of(settings)
    except MailProblem as problem:
        raise Refused(str(problem)) from problem
    if post is None:
        raise Refused("--mail: not configured; set LONGSTOP_SMTP_URL, LONGSTOP_MAIL_FROM and LONGSTOP_MAIL_TO")
    return post


def _mailed(digest: Digest, post: Post) -> list[str]:
    """Send the digest; what went wrong, if anything: the digest itself has been given already."""
    try:
        send(compose(digest, post, now()[0]), post)
    except MailProblem as problem:
        return [f"The digest was not sent to everybody: {problem}."]
    messages.print(f"sent to {', '.join(post.recipients)}", markup=False)
    return []


def _pairs(
    engine: Engine, since: date | None, learnt_since: date | None, on: date | None, known: date | None
) -> tuple[list[Pair], list[str]]:
    """What is to be compared, and what cannot be. Refused where there is nothing to compare with."""
    after = load_snapshot(engine, on=on, known=known)
    if not after.homes:
        raise Refused(no_homes(on, known))
    if since is None and learnt_since is None:
        return _latest_lists(engine, after, known, on)
    first, last = _owners_day(engine, on, learnt_since or known), _owners_day(engine, on, known)
    if learnt_since is not None:
        before = load_snapshot(engine, on=on, known=learnt_since)
        if not before.homes:
            raise Refused(f"--learnt-since {learnt_since}: nothing was known of any care home by the end of that day")
    else:
        before = load_snapshot(engine, on=since, known=known)
    if before.on > after.on:
        raise Refused(f"{before.on} is after {after.on}: changes run from an earlier day to a later one")
    unheard = [f"{one}: it had no list yet on {in_words(before.on)}." for one in first_lists(before, after)]
    pairs = [Pair(before, after)]
    # Lists of companies and land are newer than those of homes as a rule: they are compared up to their own day.
    now = load_snapshot(engine, on=last, known=known) if last > after.on else after
    if ownership_feeds(now):
        then = load_snapshot(engine, on=max(first, before.on), known=learnt_since) if learnt_since else before
        pairs.append(Pair(then, now, owners=True))
    return pairs, unheard


def _owners_day(engine: Engine, on: date | None, known: date | None) -> date:
    """The newest day of any list, up to ``on``: lists of companies and land do not move a snapshot's own day."""
    days = (one for some in list_days(engine, known).values() for one in some if on is None or one <= on)
    return max(days, default=date.min)


def _latest_lists(
    engine: Engine, newest: Snapshot, known: date | None, on: date | None
) -> tuple[list[Pair], list[str]]:
    """Each register between the two newest whole lists of its main feed: the one that speaks of the most homes."""
    days = {feed: [one for one in some if one <= newest.on] for feed, some in list_days(engine, known).items()}
    speakers: dict[str, Counter[str]] = {}
    for home in newest.homes.values():
        spoken = {evidence.feed for registration in home.registrations for evidence in registration.evidence}
        speakers.setdefault(scheme(home.id), Counter()).update(spoken)
    periods: dict[tuple[date, date], list[str]] = {}
    notes = []
    for register, feeds in sorted(speakers.items()):
        ready = [feed for feed in feeds if len(days.get(feed, ())) > 1]
        if not ready:
            notes.append(f"{register}: fewer than two whole lists are loaded, so nothing can be compared.")
            continue
        main = max(ready, key=lambda feed: (feeds[feed], feed))
        first, last = days[main][-2:]
        periods.setdefault((first, last), []).append(register)

    @cache
    def as_at(one: date) -> Snapshot:
        return newest if one == newest.on else load_snapshot(engine, on=one, known=known)

    pairs = [Pair(as_at(first), as_at(last), tuple(names)) for (first, last), names in sorted(periods.items())]
    return [*pairs, *_owners_lists(engine, newest, known, until=on, as_at=as_at)], notes


def _owners_lists(
    engine: Engine, newest: Snapshot, known: date | None, *, until: date | None, as_at: Callable[[date], Snapshot]
) -> list[Pair]:
    """Each source of companies and land between its two newest lists; one with a single list has nothing to compare."""
    sources: dict[str, set[date]] = {}
    speakers = {feed.partition("/")[0] for feed in ownership_feeds(newest)}
    for feed, days in list_days(engine, known).items():
        if feed.partition("/")[0] in speakers:
            sources.setdefault(feed.partition("/")[0], set()).update(d for d in days if until is None or d <= until)
    periods: dict[tuple[date, date], list[str]] = {}
    for source, some in sorted(sources.items()):
        if len(some) > 1:
            first, last = sorted(some)[-2:]
            periods.setdefault((first, last), []).append(source)
    return [
        Pair(as_at(first), as_at(last), tuple(names), owners=True) for (first, last), names in sorted(periods.items())
    ]


def _digest(pairs: list[Pair], notes: list[str], area: str | None) -> tuple[Digest, str | None]:
    """The digest of all that is compared, limited to one council where asked; and that council's code."""
    found: list[Change] = []
    for pair in pairs:
        found += pair.changes
    snapshots = [one for pair in pairs for one in (pair.before, pair.after)]
    stale = dict.fromkeys(c.sentence for pair in pairs if not pair.owners for c in stale_sources(None, pair.after))
    code, concerns = _of_area(area, snapshots)
    digest = arrange(
        [
            Period(p.of or (OWNERS if p.owners else ()), p.before.on, p.after.on, (p.before.digest, p.after.digest))
            for p in pairs
        ],
        [change for change in dict.fromkeys(found) if concerns(change)],
        notes=[*notes, *stale],
        attributions=[feed.attribution for one in snapshots for feed in one.feeds if feed.attribution],
        invented=any(one.invented for one in snapshots),
    )
    return digest, code


def _of_area(area: str | None, snapshots: Sequence[Snapshot]) -> tuple[str | None, Callable[[Change], bool]]:
    """Which changes concern a council. Refused for one in which no home stands."""
    if area is None:
        return None, lambda change: True
    names: dict[str, tuple[str, str]] = {}
    for snapshot in snapshots:
        for home in snapshot.homes.values():
            place = home.current.place
            if place.authority and place.authority_name:
                one = (place.authority, place.authority_name)
                names[place.authority.casefold()] = names[place.authority_name.casefold()] = one
    wanted, councils = area.strip().casefold(), Councils()
    council = councils.named(area, max(snapshot.on for snapshot in snapshots))
    spellings = (wanted, *(code.casefold() for code in sorted(councils.codes_of(council.code if council else ""))))
    found = next((names[one] for one in spellings if one in names), None)
    if found is None:
        raise Refused(f"--area {area}: no home stands in a council's area of that code or name")
    code, name = found
    codes = councils.codes_of(code)
    return code, lambda c: c.of_source or c.authority in codes or (c.kind == "council changed" and c.before == name)


def _save(path: Path, content: bytes) -> None:
    """Write a file. Refused where that cannot be done."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    except OSError as problem:
        raise Refused(f"{path}: cannot be written ({problem.strerror})") from problem
    messages.print(f"written: {path}", markup=False)
