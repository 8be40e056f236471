"""What changed in the companies that stand behind homes: control, charges, insolvency, filings, boards. Pure.

Only companies that stand behind a home are told of, one that is open or ended in the period. An event names the homes,
the beds and the council, which legal entity it is of, and whether that one holds a registration: where a parent fails,
no home's provider has failed by it.

What is no change: what a source says when it is loaded for the first time, or of a company that it did not cover
before; the same party entered again; the same status in another source's words.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Literal

from register.change_kinds import NO_PROVIDER_FAILED, SEVERITY, Change, Kind, absence_of, in_words, plain
from register.flags import overdue, status_of
from register.insolvency import Meaning, meaning_of, meaning_of_case
from register.parties import country_of
from register.records import ChargeRecord
from register.snapshot import Company, Control, Evidence, Snapshot, Sourced
from register.standing import ROLES_NOW, Standing, standings

_SATISFIED = frozenset({"satisfied", "fully satisfied"})


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that happened to one company. ``failure`` is what an insolvency means in law."""

    kind: Kind
    said: str
    day: date | None
    before: str | int | None = None
    after: str | int | None = None
    evidence_before: Evidence | None = None
    evidence_after: Evidence | None = None
    failure: Meaning | None = None


class _Both:
    """One company in two snapshots."""

    def __init__(self, company: str, before: Snapshot, after: Snapshot, covered: frozenset[tuple[str, str]]) -> None:
        self.id, self.before, self.after = company, before, after
        self._covered = covered
        self._listed = {feed.feed for feed in before.feeds if feed.as_at <= before.on}

    def covers(self, evidence: Iterable[Evidence]) -> bool:
        """Whether a list of some evidence was loaded by the earlier day, and its source spoke of this company by then:
        only then is a thing new."""
        return any(one.feed in self._listed and (_source(one.feed), self.id) in self._covered for one in evidence)

    def listed(self, evidence: Iterable[Evidence]) -> bool:
        """Whether a list of some evidence was loaded by the earlier day, whatever it spoke of."""
        return any(one.feed in self._listed for one in evidence)

    def of(self, records: Callable[[Snapshot], Mapping[str, tuple[Sourced, ...]]]) -> tuple[dict, dict]:  # type: ignore[type-arg]
        """What two snapshots hold of the company in one of their mappings, by id."""
        was = {one.record.id: one for one in records(self.before).get(self.id, ()) if self.held_then(one.evidence)}
        return was, {one.record.id: one for one in records(self.after).get(self.id, ())}

    def held_then(self, evidence: Iterable[Evidence]) -> bool:
        """Whether a list of the earlier day or before held a thing: a snapshot of a day before the first list of a
        source rests on that list, which is of a later day."""
        return any(one.as_at <= self.before.on for one in evidence)


def company_changes(before: Snapshot, after: Snapshot) -> Iterator[Change]:
    """Everything that changed in companies behind homes, one change for each event and council's area."""
    covered, states = _covered(before), {feed.feed: feed for feed in after.feeds}
    for company, places in standings(after, before).items():
        both = _Both(company, before, after, covered)
        for event in _events(both, states):
            for place in places:
                # Of whoever ran homes once, only a failure is news: the sale may have been its consequence.
                if event.kind == "insolvency event" or any(place.homes[role] for role in ROLES_NOW):
                    yield _change(company, event, place, after)


def _events(both: _Both, states: Mapping[str, object]) -> Iterator[Event]:
    yield from _control(both)
    yield from _charges(both)
    yield from _insolvency(both)
    yield from _filings(both)
    yield from _board(both)


def _source(feed: str) -> str:
    """The publisher's source of a feed; a stream of changes is of the source whose list it follows."""
    return feed.partition("/")[0].removesuffix("_stream")


def _covered(before: Snapshot) -> frozenset[tuple[str, str]]:
    """Which source had spoken of which company by the earlier day. A list of a later day does not count."""
    found: set[tuple[str, str]] = set()

    def add(company: str, evidence: Iterable[Evidence]) -> None:
        found.update((_source(one.feed), company) for one in evidence if (one.first or one.as_at) <= before.on)

    for identifier, company in before.companies.items():
        add(identifier, company.evidence)
    for mapping in (before.controls, before.officers, before.charges, before.insolvencies):
        for identifier, entries in mapping.items():
            for entry in entries:
                add(identifier, entry.evidence)
    return frozenset(found)


def _change(company: str, event: Event, place: Standing, after: Snapshot) -> Change:
    severity = SEVERITY[event.kind]
    said = f"{event.said} {place.sentence}"
    if event.failure is not None:
        failed, holds = event.failure.failure, bool(place.homes["registered"])
        severity = 4 if failed == "no" else 1 if failed == "yes" and holds else 2
        if failed != "no" and not holds:
            said += f" {NO_PROVIDER_FAILED}"
    seen = event.evidence_after or event.evidence_before
    return Change(
        kind=event.kind,
        home=None,
        name=company_words(after, company),
        said=plain(said),
        day=event.day or (seen.as_at if seen else after.on),
        severity=severity,
        before=event.before,
        after=event.after,
        authority=place.authority,
        authority_name=place.authority_name,
        beds=place.beds,
        evidence_before=event.evidence_before,
        evidence_after=event.evidence_after,
        company=company,
        homes=tuple(home.id for home in place.all),
        event=plain(event.said),
    )


def company_words(snapshot: Snapshot, company: str) -> str:
    """A company as a person reads it: ``Example Limited (gb-coh:…)``; by a provider's name where no list has it."""
    held = snapshot.companies.get(company)
    name = held.record.name if held else None
    if name is None:
        providers = (one.record.name for one in snapshot.providers.values() if one.record.company == company)
        name = next((one for one in providers if one), None)
    return f"{plain(name)} ({company})" if name else company


def _control(both: _Both) -> Iterator[Event]:
    """Parties that began or ceased to control the company. Entries that name nobody are not told of."""

    def active(snapshot: Snapshot) -> dict[str, Control]:
        entries = snapshot.controls.get(both.id, ())
        return {one.record.id: one for one in entries if one.active(snapshot.on) and one.party.kind not in ("nobody",)}

    was = {identifier: one for identifier, one in active(both.before).items() if both.held_then(one.evidence)}
    now = active(both.after)
    parties = tuple({one.party.id for one in some.values() if one.party.id} for some in (was, now))
    for identifier in sorted(now.keys() - was.keys()):
        entry = now[identifier]
        if entry.party.id in parties[0] or not both.covers(entry.evidence):
            continue
        since = entry.record.notified_on
        dated = f", notified on {in_words(since)}" if since else ""
        yield Event(
            "new controller",
            f"has a new party in its register of control: {_party_words(entry)}{dated}{_natures(entry)}"
            f"{_failed(both.after, entry.party.id)}.",
            since,
            after=_party_words(entry),
            evidence_after=entry.evidence[0],
        )
    for identifier in sorted(was.keys() - now.keys()):
        entry = was[identifier]
        if entry.party.id in parties[1] or not both.covers(entry.evidence):
            continue
        held = next((one for one in both.after.controls.get(both.id, ()) if one.record.id == identifier), None)
        ended = held.record.ceased_on if held else None
        when = f"ceased on {in_words(ended)}" if ended else "has ceased" if held else "is no longer in the register"
        yield Event(
            "controller ceased",
            f"{_party_words(entry)} {when} to control it." if held else f"{_party_words(entry)} {when} of control.",
            ended,
            before=_party_words(entry),
            evidence_before=entry.evidence[0],
            evidence_after=held.evidence[0] if held else absence_of(both.after, entry.evidence[0]),
        )


def _party_words(entry: Control) -> str:
    name = plain(entry.record.name or "")
    match entry.party.kind:
        case "company":
            return f"{name} ({entry.party.id})"
        case "person":
            return f"{name} (a person)"
        case "protected":
            return "somebody whom the law protects"
        case _:
            return f"{name} ({plain(country_of(entry.record) or 'country not given')})"


def _failed(after: Snapshot, party: str | None) -> str:
    """Whether a new controller has failed in law itself: of a company not looked at before nothing else would tell."""
    cases = [meaning_of_case(one.record) for one in after.insolvencies.get(party or "", ())]
    failed = dict.fromkeys(one.event for one in cases if one.failure == "yes")
    return f"; of that company, Companies House says: {', '.join(failed)}" if failed else ""


def _natures(entry: Control) -> str:
    natures = "; ".join(plain(nature).replace("-", " ") for nature in entry.record.natures or ())
    return f" ({natures})" if natures else ""


def _charges(both: _Both) -> Iterator[Event]:
    """Charges given and satisfied; of a source that only counts them, how many."""
    was, now = both.of(lambda snapshot: snapshot.charges)
    given_now = [one for identifier, one in sorted(now.items()) if identifier not in was and both.covers(one.evidence)]
    for identifier in sorted(now):
        one: Sourced[ChargeRecord] = now[identifier]
        before: Sourced[ChargeRecord] | None = was.get(identifier)
        if before is None and both.covers(one.evidence):
            given = f" on {in_words(one.record.created_on)}" if one.record.created_on else ""
            yield Event(
                "new charge",
                f"gave a new charge{given} to {_lenders(one.record)}{_already_satisfied(one.record)}.",
                one.record.created_on,
                after=one.record.code or identifier,
                evidence_after=one.evidence[0],
            )
        elif before is not None and _satisfied(one.record) and not _satisfied(before.record):
            day = one.record.satisfied_on
            when = f" on {in_words(day)}" if day else ""
            yield Event(
                "charge satisfied",
                f"satisfied{when} its charge to {_lenders(one.record)}{_in_its_place(given_now)}.",
                day,
                before=one.record.code or identifier,
                evidence_before=before.evidence[0],
                evidence_after=one.evidence[0],
            )
    held = both.before.companies.get(both.id), both.after.companies.get(both.id)
    if not was and not now and held[0] is not None and held[1] is not None:
        yield from _counted_charges(held[0], held[1])


def _satisfied(record: ChargeRecord) -> bool:
    return record.satisfied_on is not None or (record.status or "").replace("-", " ").casefold() in _SATISFIED


def _already_satisfied(record: ChargeRecord) -> str:
    """A charge may be given and satisfied between two lists."""
    if not _satisfied(record):
        return ""
    return f", satisfied since{f', on {in_words(record.satisfied_on)}' if record.satisfied_on else ''}"


def _in_its_place(given: Sequence[Sourced[ChargeRecord]]) -> str:
    """A loan that was replaced is no loan that was paid: the lenders who have a new charge, where one was given."""
    lenders = dict.fromkeys(_lenders(one.record) for one in given if not _satisfied(one.record))
    return f"; it gave a new charge to {' and '.join(lenders)}" if lenders else ""


def _lenders(record: ChargeRecord) -> str:
    names = [plain(name) for name in record.persons_entitled or ()]
    return " and ".join([*names, *(["others"] if record.more_entitled else [])]) or "a lender that is not named"


def _counted_charges(was: Company, now: Company) -> Iterator[Event]:
    """What the list of companies says, which counts charges and does not describe them."""
    fields: tuple[tuple[Kind, str, str], ...] = (
        ("new charge", "charges", "charges in all"),
        ("charge satisfied", "charges_satisfied", "satisfied charges"),
    )
    for kind, field, words in fields:
        old, new = getattr(was.record, field), getattr(now.record, field)
        if old is not None and new is not None and new > old:
            said = f"has {new} {words} by the list of companies, before {old}; the list does not say to whom."
            yield Event(kind, said, None, old, new, was.evidence[0], now.evidence[0])


def _insolvency(both: _Both) -> Iterator[Event]:
    """Cases at Companies House, and notices in the Gazette."""
    was, now = both.of(lambda snapshot: snapshot.insolvencies)
    for identifier in sorted(now):
        case, before = now[identifier], was.get(identifier)
        meaning = meaning_of_case(case.record)
        if before is None and not both.covers(case.evidence):
            continue
        if before is not None and meaning_of_case(before.record) == meaning:
            continue
        dates = "; ".join(plain(one).replace("-on ", " on ", 1).replace("-", " ", 1) for one in case.record.dates or ())
        told = f" ({dates})" if dates else ""
        yield Event(
            "insolvency event",
            f"{meaning.event}, by Companies House{told}. {_law(meaning)}",
            None,
            before=meaning_of_case(before.record).event if before else None,
            after=meaning.event,
            evidence_before=before.evidence[0] if before else None,
            evidence_after=case.evidence[0],
            failure=meaning,
        )
    was, now = both.of(lambda snapshot: snapshot.notices)
    for identifier in sorted(now.keys() - was.keys()):
        notice = now[identifier]
        if not both.listed(notice.evidence):
            continue
        meaning = meaning_of(notice.record.code)
        published = notice.record.published_on
        yield Event(
            "insolvency event",
            f"{meaning.event}, by a notice in the Gazette of {in_words(published)} ({identifier}). {_law(meaning)}",
            published,
            after=meaning.event,
            evidence_after=notice.evidence[0],
            failure=meaning,
        )


def _law(meaning: Meaning) -> str:
    """Whether it is a business failure in law, and why."""
    match meaning.failure:
        case "yes":
            return f"That is a business failure in law ({meaning.why})."
        case "no":
            return f"That is no business failure in law ({meaning.why})."
    return f"Whether that is a business failure in law has to be looked at ({meaning.why})."


def _filings(both: _Both) -> Iterator[Event]:
    """The company's status, and what it is late with."""
    was, now = both.before.companies.get(both.id), both.after.companies.get(both.id)
    if was is None or not both.covers(was.evidence):
        return
    if now is None:
        gone = absence_of(both.after, was.evidence[0])
        if gone is not None and gone.as_at > was.evidence[0].as_at:
            said = "is no longer on the list of live companies: it was dissolved, or converted into another form."
            yield Event("company status changed", said, gone.as_at, was.record.status, None, was.evidence[0], gone)
        return
    if not both.covers(now.evidence):
        return
    old, new = status_of(was.record), status_of(now.record)
    if old and new and old != new:
        what = now.record.status_detail or now.record.status or ""
        said = f'its status at Companies House is "{plain(what).replace("-", " ")}", before "{old}".'
        change = Event("company status changed", said, None, old, new, was.evidence[0], now.evidence[0])
        yield change if new != "active" else replace(change, failure=_RECOVERED)
    for kind, field, words in _LATE:
        before, after = (overdue(one, snapshot, field) for one, snapshot in ((was, both.before), (now, both.after)))
        due = getattr(now.record, f"{field}_due_on")
        if before is False and after is True:
            since = f": they were due on {in_words(due)}" if due else ""
            yield Event(
                kind, f"{words} overdue{since}.", due, "not overdue", "overdue", was.evidence[0], now.evidence[0]
            )
    for flag, said in _OFFICE:
        if getattr(was.record, flag) is False and getattr(now.record, flag) is True:
            yield Event("registered office in doubt", said, None, None, None, was.evidence[0], now.evidence[0])


#: A company that is active again has come out of whatever it was in.
_RECOVERED = Meaning("no", "active", "the company is active again")
_OFFICE = (
    ("office_in_dispute", "somebody disputes its registered office."),
    ("office_undeliverable", "it can no longer be reached by post at its registered office."),
)
_LATE: tuple[tuple[Kind, Literal["accounts", "confirmation"], str], ...] = (
    ("accounts overdue", "accounts", "its accounts are"),
    ("confirmation statement overdue", "confirmation", "its confirmation statement is"),
)


def _board(both: _Both) -> Iterator[Event]:
    """How many joined and left the board: no names, because a change of director alone says little."""
    then = (one for one in both.before.officers.get(both.id, ()) if both.held_then(one.evidence))
    was = {one.record.id: one for one in then if one.active(both.before.on)}
    now = {one.record.id: one for one in both.after.officers.get(both.id, ()) if one.active(both.after.on)}
    joined = [one for identifier, one in now.items() if identifier not in was and both.covers(one.evidence)]
    left = [one for identifier, one in was.items() if identifier not in now and both.covers(one.evidence)]
    if joined or left:
        seen = (joined or left)[0].evidence[0]
        said = f"{len(joined)} joined its board and {len(left)} left it; it has {len(now)} officers now."
        days = [one.record.appointed_on for one in joined if one.record.appointed_on]
        yield Event(
            "officers changed", said, max(days, default=None), len(was), len(now),
            left[0].evidence[0] if left else None, seen,
        )  # fmt: skip
