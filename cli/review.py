"""``longstop review``: the questions that wait for a person, and what people have judged."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC
from typing import Annotated, Any

import typer
from sqlalchemy import Engine

from cli.session import (
    AsJson,
    On,
    Refused,
    answer_json,
    answer_table,
    answers,
    messages,
    now,
    open_register,
    read_snapshot,
)
from contingency.scenarios.choice import UnknownName, read_id
from graph.chain_document import evidence_document
from register.identifiers import BadIdentifier, company_number
from register.judgements import IS_COMPANY, STANDS_ON, BadJudgement, Decided, judgements, write_judgement
from register.matching.questions import Question, questions
from register.parties import party_of_proprietor
from register.records import LocationRecord
from register.snapshot import Snapshot, Title

#: So many further titles of a home's postcode are shown beside the one asked about.
_OTHERS = 8

review = typer.Typer(help="What waits for a person: does this home stand on this title? Most beds first.")
By = Annotated[str, typer.Option("--by", metavar="NAME", help="Who judges.")]
Why = Annotated[str, typer.Option("--why", metavar="TEXT", help="Why: what was looked at.")]
HomeId = Annotated[str, typer.Argument(metavar="HOME", help="The home's id.")]
TitleId = Annotated[str, typer.Argument(metavar="TITLE", help="The title's number.")]


@review.callback(invoke_without_command=True)
def listed(
    context: typer.Context,
    *,
    decided: Annotated[
        bool, typer.Option("--decided", help="What was judged, by whom and why, superseded too.")
    ] = False,
    ask: Annotated[bool, typer.Option("--ask", help="Ask one question after the other; needs --by.")] = False,
    by: Annotated[str | None, typer.Option("--by", metavar="NAME", help="Who judges, with --ask.")] = None,
    as_json: AsJson = False,
    on: On = None,
) -> None:
    """List what waits and show the first question with all that speaks for and against; or what was decided."""
    if context.invoked_subcommand is not None:
        return
    if decided:
        _show_decided(as_json=as_json)
        return
    if ask and not (by or "").strip():
        raise Refused("--ask needs --by NAME: a judgement says who judged")
    _, snapshot = read_snapshot(on)
    if not snapshot.traces:
        raise Refused("no home has been traced yet: longstop trace")
    waiting = questions(snapshot)
    if ask and by:
        _ask(waiting, snapshot, by)
    elif as_json:
        beside = _by_postcode(snapshot)
        shown = [question_document(one, snapshot, beside) for one in waiting]
        answer_json({"invented": snapshot.invented, "waiting": shown})
    else:
        _print_waiting(waiting, snapshot)


def _print_waiting(waiting: tuple[Question, ...], snapshot: Snapshot) -> None:
    if not waiting:
        answers.print("Nothing waits for a person.")
        return
    answer_table(
        f"{len(waiting):,} questions wait for a person",
        ("home", "name", "beds", "title", "score"),
        ((one.home.id, one.home.current.record.name, one.beds, one.title.id, f"{one.link.record.score or 0:.2f}")
         for one in waiting),
    )  # fmt: skip
    _print_question(waiting[0], snapshot, _by_postcode(snapshot))
    first = f"{waiting[0].home.id} {waiting[0].title.id.removeprefix('hmlr:')}"
    answers.print(f"\nlongstop review accept {first} --by NAME --why TEXT   (or reject)", markup=False)


def _print_question(one: Question, snapshot: Snapshot, beside: Mapping[str, list[str]]) -> None:
    """Both addresses, one above the other; the evidence; and what else might be the home's building."""
    shown = question_document(one, snapshot, beside)
    home, title = shown["home"], shown["title"]
    lines = [
        "\nDoes this home stand on this title?",
        f"  home   {home['id']}  {home['address']}  ({home['beds'] if home['beds'] is not None else 'unknown'} beds)",
        f"         run by {home['provider'] or 'a provider whose name is not known'}",
        f"  title  {title['id']}  {title['address']}  ({title['tenure'] or 'tenure not given'})",
        *(f"         owned by {owner['name']} ({owner['rule']})" for owner in title["owners"]),
        f"  why    {shown['reason']} Score {shown['score']:.2f}, {shown['method']}.",
    ]
    for other in shown["others"]:
        state = f", {other['state']}" if other["state"] else ""
        lines.append(f"  other  {other['id']}  {other['address']}  ({other['tenure'] or 'tenure not given'}{state})")
    answers.print("\n".join(lines), markup=False, soft_wrap=True)


#: What may be answered to a question, by its first letter; nothing at all is "skip".
_ANSWERS = {"s": "same", "d": "different", "b": "back", "q": "quit"}


def _ask(waiting: tuple[Question, ...], snapshot: Snapshot, by: str) -> None:
    """Question after question until there are none, or the person stops. What was judged until then is kept.

    "back" asks the question before once more; a new answer takes the place of the one given.
    """
    _, engine = open_register()
    judged: set[int] = set()
    at, why = 0, None
    beside = _by_postcode(snapshot)
    while at < len(waiting):
        one = waiting[at]
        answers.print(f"\n{at + 1:,} of {len(waiting):,}", end="")
        _print_question(one, snapshot, beside)
        try:
            answer = _answer()
            if answer == "quit":
                break
            if answer in {"same", "different"}:
                why = typer.prompt("why", default=why).strip()
                same = answer == "same"
                _judge(engine, one.home.current.id, one.title.id, same=same, by=by, why=why, score=one.score)
                judged.add(at)
        except typer.Abort:
            break
        at = max(at - 1, 0) if answer == "back" else at + 1
    messages.print(f"{len(judged):,} judged, {len(waiting) - len(judged):,} still waiting.")


def _answer() -> str:
    """What the person answers, in full; asked again until it is one of the answers."""
    while True:
        said = typer.prompt("same, different, skip, back or quit", default="skip").strip().casefold()
        meant = "skip" if said in {"", "skip"} else _ANSWERS.get(said[:1])
        if meant and meant.startswith(said):
            return meant
        messages.print(f"{said!r} is none of the answers: s, d, b, q, or nothing to skip", markup=False)


@review.command()
def accept(home: HomeId, title: TitleId, by: By, why: Why) -> None:
    """Decide that the home stands on the title. A later judgement of the same question takes its place."""
    _decide(home, title, same=True, by=by, why=why)


@review.command()
def reject(home: HomeId, title: TitleId, by: By, why: Why) -> None:
    """Decide that the home does not stand on the title. A later judgement of the same question takes its place."""
    _decide(home, title, same=False, by=by, why=why)


@review.command()
def owner(
    title: TitleId,
    company: Annotated[str, typer.Argument(metavar="COMPANY", help="The company's number.")],
    by: By,
    why: Why,
    *,
    which: Annotated[int, typer.Option("--which", metavar="N", help="Of several owners, the one so numbered.")] = 1,
    different: Annotated[bool, typer.Option("--different", help="It is not that company.")] = False,
) -> None:
    """Decide that an owner named in a title without a number is a company, or is not the one its name makes it.

    It holds for every title that names an owner of that name and country.
    """
    _, snapshot = read_snapshot(None)
    found = snapshot.titles[_title_id(title, snapshot)]
    owners = [(entry.record, turn) for entry in found.entries for turn in range(len(entry.record.proprietors or ()))]
    if not 1 <= which <= len(owners):
        raise Refused(f"--which {which}: {found.id} names {len(owners):,} owners; the first is 1")
    asked = party_of_proprietor(*owners[which - 1], {})
    if asked.kind != "body" or not asked.id:
        raise Refused(
            f"owner {which} of {found.id} is told by its own number ({asked.rule}): there is nothing to judge"
        )
    try:
        number = company_number(company.removeprefix("gb-coh:"))
    except BadIdentifier as problem:
        raise Refused(str(problem)) from problem
    _, engine = open_register()
    _keep(engine, IS_COMPANY, asked.id, number, same=not different, by=by, why=why, score=None)
    name = (owners[which - 1][0].proprietors or ())[owners[which - 1][1]].name
    known = "" if number in snapshot.companies else "; the register holds no record of that company yet"
    verdict = "is not" if different else "is"
    messages.print(f"kept: {name} {verdict} {number}, judged by {by.strip()}{known}", markup=False)


def _title_id(title: str, snapshot: Snapshot) -> str:
    number = f"hmlr:{title.strip().upper().removeprefix('HMLR:')}"
    if number not in snapshot.titles:
        raise UnknownName(f"no title {title!r} in the register: longstop review lists those that wait")
    return number


def _decide(home: str, title: str, *, same: bool, by: str, why: str) -> None:
    _, snapshot = read_snapshot(None)
    found = snapshot.homes[snapshot.home_of[read_id(home, snapshot.home_of, "home")]]
    number = _title_id(title, snapshot)
    trace_of = snapshot.traces.get(found.id)
    link = next((one for one in trace_of.links if one.title == number), None) if trace_of else None
    _, engine = open_register()
    _judge(engine, found.current.id, number, same=same, by=by, why=why, score=link.record.score if link else None)
    verdict = "stands on" if same else "does not stand on"
    messages.print(f"kept: {found.id} {verdict} {number}, judged by {by.strip()}", markup=False)


def _judge(engine: Engine, home: str, title: str, *, same: bool, by: str, why: str, score: float | None) -> None:
    _keep(engine, STANDS_ON, home, title, same=same, by=by, why=why, score=score)


def _keep(
    engine: Engine, kind: str, subject: str, other: str, *, same: bool, by: str, why: str, score: float | None
) -> None:
    try:
        write_judgement(engine, kind, subject, other, same=same, judge=by, why=why, at=now()[0], score=score)
    except BadJudgement as problem:
        raise Refused(str(problem)) from problem


def _show_decided(*, as_json: bool) -> None:
    _, engine = open_register()
    found = judgements(engine)
    if as_json:
        answer_json({"decided": [_decided(one) for one in found]})
        return
    answer_table(
        f"{len(found):,} judgements, the newest of a question counts",
        ("no", "when (UTC)", "who", "question", "verdict", "why", "counts"),
        _decided_rows(found),
    )


def _decided_rows(found: Iterable[Decided]) -> Iterable[tuple[object, ...]]:
    for one in found:
        question = f"{one.subject} / {one.object}"
        when = f"{one.judged:%Y-%m-%d %H:%M}"
        yield one.number, when, one.judge, question, one.verdict, one.why, "no" if one.superseded else "yes"


def _decided(one: Decided) -> dict[str, Any]:
    return {
        "number": one.number, "kind": one.kind, "subject": one.subject, "object": one.object,
        "verdict": one.verdict, "judge": one.judge, "why": one.why, "score": one.score,
        "judged": one.judged.replace(tzinfo=UTC).isoformat(), "superseded": one.superseded,
    }  # fmt: skip


def question_document(question: Question, snapshot: Snapshot, beside: Mapping[str, list[str]]) -> dict[str, Any]:
    """A question as JSON values: both addresses, the owners, what agreed and what did not, and the other candidates.

    ``beside`` are titles by postcode, in order.
    """
    home, record = question.home, question.home.current.record
    provider = snapshot.providers.get(record.provider_id or "")
    return {
        "home": {
            "id": home.id,
            "name": record.name,
            "address": address_of(record),
            "postcode": record.postcode,
            "beds": question.beds,
            "provider": provider.record.name if provider else None,
            "evidence": [evidence_document(one) for one in home.current.evidence],
        },
        "title": {
            **_title(question.title),
            "owners": [
                {"name": owner.proprietor.name, "party": owner.party.id, "rule": owner.party.rule}
                for owner in question.title.owners
            ],
            "evidence": [evidence_document(one) for entry in question.title.entries for one in entry.evidence],
        },
        "score": question.score,
        "method": question.link.record.method,
        "reason": question.link.record.reason,
        "others": _others(question, snapshot, beside),
    }


def address_of(record: LocationRecord) -> str:
    """A home's name and address on one line."""
    parts = (record.name, *(record.address or ()), record.town, record.postcode)
    return ", ".join(part for part in parts if part) or "no address is given"


def _others(question: Question, snapshot: Snapshot, beside: Mapping[str, list[str]]) -> list[dict[str, Any]]:
    """The home's other links, then other titles of its postcode: what else might be its building."""
    trace = snapshot.traces[question.home.id]
    states = {link.title: link.state for link in trace.links if link.title != question.title.id}
    near = beside.get(question.home.current.record.postcode or "", [])
    named = [*sorted(states), *(key for key in near if key != question.title.id and key not in states)][:_OTHERS]
    return [{**_title(snapshot.titles[key]), "state": states.get(key)} for key in named]


def _by_postcode(snapshot: Snapshot) -> dict[str, list[str]]:
    """Titles by the postcodes that their rows give, in order of id."""
    found: dict[str, list[str]] = {}
    for key in sorted(snapshot.titles):
        for postcode in sorted({entry.record.postcode or "" for entry in snapshot.titles[key].entries} - {""}):
            found.setdefault(postcode, []).append(key)
    return found


def _title(title: Title) -> dict[str, Any]:
    first = title.entries[0].record
    return {"id": title.id, "address": first.address, "tenure": title.tenure, "postcode": first.postcode}
