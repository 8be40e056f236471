"""What the registers of companies and land hold, as read for a day: by company, by title, and by home."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from typing import TypeVar

from sqlalchemy import Connection, select

from register.judgements import IS_COMPANY, STANDS_ON
from register.merging import Merged, merge
from register.models import JudgementRow, table_of
from register.parties import Party, companies_by_name, party_of_officer, party_of_proprietor, plain_country
from register.records import LinkRecord, OfficerRecord, Proprietor, Record, TitleRecord, TraceRecord
from register.snapshot import Company, HomeTitle, Judgement, Officer, Owner, RecordT, Sourced, Title, Trace
from register.versions import Seen, State

#: The method of a link that rests on a person's word alone.
BY_A_PERSON = "judged by a person"
_Found = TypeVar("_Found")
Questions = Mapping[tuple[str, str, str], Judgement]


def held(seen: Mapping[str, list[Seen]]) -> dict[str, Merged]:
    """What the newest lists hold, merged, in order of id; for a day before the first list, what the first holds."""
    found = {}
    for identifier in sorted(seen):
        if views := [view for view in seen[identifier] if view.state is not State.GONE]:
            found[identifier] = merge(views)
    return found


def sourced(seen: Mapping[str, list[Seen]], kind: type[RecordT]) -> dict[str, Sourced[RecordT]]:
    """Records of one kind by id."""
    return {
        identifier: Sourced(one.record, one.evidence)
        for identifier, one in held(seen).items()
        if isinstance(one.record, kind)
    }


def by_company(found: Mapping[str, Sourced[RecordT]]) -> dict[str, tuple[Sourced[RecordT], ...]]:
    """Records with a ``company`` by company, each company's in order of id; those without one are left out."""
    return _gathered({identifier: (_company(one.record), one) for identifier, one in found.items()})


def officers_of(found: Mapping[str, Sourced[OfficerRecord]]) -> dict[str, tuple[Officer, ...]]:
    """Appointments by company, in order of id."""
    return _gathered(
        {
            identifier: (one.record.company, Officer(one.record, one.evidence, party_of_officer(one.record)))
            for identifier, one in found.items()
        }
    )


def titles_of(
    found: Mapping[str, Sourced[TitleRecord]], companies: Mapping[str, Company], judgements: Questions | None = None
) -> dict[str, Title]:
    """Titles by id, those that a file of changes took out left out, each with its owners as parties.

    ``judgements`` may say that an owner is a company, or is not the one that its name would make it.
    """
    decided = _owners_decided(judgements or {})
    by_name = companies_by_name(
        (identifier, one.record.name, one.record.country_of_origin or one.record.registered_at_home)
        for identifier, one in companies.items()
    )
    entries = _gathered(
        {one.record.id: (one.record.title, one) for one in found.values() if one.record.removed_on is None}
    )
    return {
        identifier: Title(
            identifier,
            some,
            tuple(
                Owner(proprietor, _owner(one.record, turn, by_name, decided), _country(one.record, proprietor))
                for one in some
                for turn, proprietor in enumerate(one.record.proprietors or ())
            ),
        )
        for identifier, some in entries.items()
    }


def _country(title: TitleRecord, proprietor: Proprietor) -> str | None:
    """Where an owner is incorporated, in lower case: the list of owners from here says so by being that list."""
    return "united kingdom" if title.id.startswith("ccod:") else plain_country(proprietor.country)


def _owners_decided(judgements: Questions) -> dict[str, dict[str, Judgement]]:
    """By the party asked about, what was decided of each company."""
    found: dict[str, dict[str, Judgement]] = {}
    for (kind, subject, company), judgement in judgements.items():
        if kind == IS_COMPANY:
            found.setdefault(subject, {})[company] = judgement
    return found


def _owner(
    title: TitleRecord,
    turn: int,
    by_name: Mapping[tuple[str, str], str],
    decided: Mapping[str, Mapping[str, Judgement]],
) -> Party:
    """Who an owner is: by the rules, unless a person decided otherwise of whom its name and country tell."""
    party = party_of_proprietor(title, turn, by_name)
    alone = party_of_proprietor(title, turn, {}) if decided else party
    said = decided.get(alone.id or "", {})
    for company, judgement in sorted(said.items()):
        if judgement.verdict == "same":
            # Who judged stays in the register (longstop review --decided): reports tell the day and the reason.
            told = f"a person's judgement of {judgement.judged:%Y-%m-%d} that it is this company: {judgement.why}"
            return Party("company", company, told)
    refused = party.id in said and alone.kind == "body"
    return alone if refused else party


def traces_of(
    traces: Mapping[str, Sourced[TraceRecord]],
    links: Mapping[str, Sourced[LinkRecord]],
    titles: Mapping[str, Title],
    judgements: Questions,
    home_of: Mapping[str, str],
) -> dict[str, Trace]:
    """By home, what the search came to. A person's judgement overrides the computer's, and outlives every re-run.

    It is of the home, whichever of its registrations it was given for, and of two the newer counts; a title that a
    person gave to a home is its own though no rule found it. A link to a title that the lists no longer hold is left
    out. A home whose links a person has all refused is untraced: its name was not matched.
    """
    asked = _of_homes(judgements, home_of)
    of_home = _gathered(
        {
            identifier: (home, judged)
            for identifier, one in links.items()
            if one.record.title in titles
            and (home := home_of.get(one.record.location))
            and (judged := _judged(one, asked.get((home, one.record.title))))
        }
        | {
            f"judged:{home}/{title}": (home, _given(home, titles[title], judgement))
            for (home, title), judgement in _without_link(asked, links, home_of).items()
            if title in titles
        }
    )
    found: dict[str, Trace] = {}
    for one in traces.values():
        home = home_of.get(one.record.location)
        if home is None or (home in found and one.record.location != home):
            continue
        some = tuple(sorted(of_home.get(home, ()), key=lambda link: link.title))
        states = {link.state for link in some}
        broken = one.record.untraced == "lease chain broken"
        if broken and some and not any(link.record.method == BY_A_PERSON for link in some):
            found[home] = Trace("untraced", "lease chain broken", one.record.detail, some, one.evidence)
        elif states:
            outcome = "accepted" if "accepted" in states else "waiting"
            found[home] = Trace(outcome, None, one.record.detail, some, one.evidence)  # type: ignore[arg-type]
        else:
            reason = one.record.untraced if one.record.untraced and not broken else "name not matched"
            found[home] = Trace("untraced", reason, one.record.detail, (), one.evidence)
    return dict(sorted(found.items()))


def read_judgements(connection: Connection, known: date | None = None) -> dict[tuple[str, str, str], Judgement]:
    """The newest judgement of each question (kind, subject, object), as known at the end of a day (UTC)."""
    table = table_of(JudgementRow)
    query = select(table).order_by(table.c.number)
    if known is not None:
        query = query.where(table.c.judged < datetime.combine(known, time.min) + timedelta(days=1))
    found = {}
    for row in connection.execute(query):
        found[row.kind, row.subject, row.object] = Judgement(row.verdict, row.judge, row.why, row.judged)
    return found


def _of_homes(judgements: Questions, home_of: Mapping[str, str]) -> dict[tuple[str, str], Judgement]:
    """By home and title, the newest judgement of whether the one stands on the other."""
    found: dict[tuple[str, str], Judgement] = {}
    for (kind, subject, title), judgement in judgements.items():
        home = home_of.get(subject)
        if kind == STANDS_ON and home is not None:
            held = found.get((home, title))
            if held is None or held.judged <= judgement.judged:
                found[home, title] = judgement
    return found


def _without_link(
    asked: Mapping[tuple[str, str], Judgement], links: Mapping[str, Sourced[LinkRecord]], home_of: Mapping[str, str]
) -> dict[tuple[str, str], Judgement]:
    """The questions that a person answered with yes, and on which no rule has found a link."""
    linked = {(home_of.get(one.record.location), one.record.title) for one in links.values()}
    return {key: said for key, said in sorted(asked.items()) if said.verdict == "same" and key not in linked}


def _given(home: str, title: Title, judgement: Judgement) -> HomeTitle:
    """A home and a title that a person joined and no rule did."""
    record = LinkRecord(
        id=f"link:{home}/{title.id.removeprefix('hmlr:')}",
        location=home,
        title=title.id,
        state="accepted",
        method=BY_A_PERSON,
        reason=judgement.why,
    )
    return HomeTitle("accepted", title.id, record, title.entries[0].evidence, judgement)


def _judged(link: Sourced[LinkRecord], judgement: Judgement | None) -> HomeTitle | None:
    """A link with what a person said of it; None where that was no."""
    record = link.record
    if judgement is None:
        return HomeTitle(record.state, record.title, record, link.evidence)
    if judgement.verdict == "different":
        return None
    return HomeTitle("accepted", record.title, record, link.evidence, judgement)


def _company(record: Record) -> str | None:
    found = getattr(record, "company", None)
    return found if isinstance(found, str) else None


def _gathered(found: Mapping[str, tuple[str | None, _Found]]) -> dict[str, tuple[_Found, ...]]:
    """Things by what they belong to, in order of id; those that belong to nothing are left out."""
    lists: dict[str, list[_Found]] = {}
    for identifier in sorted(found):
        owner, thing = found[identifier]
        if owner is not None:
            lists.setdefault(owner, []).append(thing)
    return {owner: tuple(lists[owner]) for owner in sorted(lists)}
