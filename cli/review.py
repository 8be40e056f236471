"""``longstop review``: the questions that wait for a person, and what people have judged."""

from __future__ import annotations

from collections.abc import Iterable
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
from register.judgements import STANDS_ON, BadJudgement, Decided, judgements, write_judgement
from register.matching.questions import Question, questions
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
        answer_json({"invented": snapshot.invented, "waiting": [question_document(one, snapshot) for one in waiting]})
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
    _print_question(waiting[0], snapshot)
    first = f"{waiting[0].home.id} {waiting[0].title.id.removeprefix('hmlr:')}"
    answers.print(f"\nlongstop review accept {first} --by NAME --why TEXT   (or reject)", markup=False)


def _print_question(one: Question, snapshot: Snapshot) -> None:
    """Both addresses, one above the other; the evidence; and what else might be the home's building."""
    shown = question_document(one, snapshot)
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


def _ask(waiting: tuple[Question, ...], snapshot: Snapshot, by: str) -> None:
    """Question after question until there are none, or the person stops. What was judged until then is kept."""
    _, engine = open_register()
    judged = 0
    for one in waiting:
        _print_question(one, snapshot)
        try:
            answer = typer.prompt("same, different, skip or quit", default="skip").strip().casefold()
            if answer in {"quit", "q"}:
                break
            if answer in {"same", "s", "different", "d"}:
                why = typer.prompt("why").strip()
                _judge(
                    engine, one.home.current.id, one.title.id, same=answer[0] == "s", by=by, why=why, score=one.score
                )
                judged += 1
        except typer.Abort:
            break
    messages.print(f"{judged:,} judged, {len(waiting) - judged:,} still waiting.")


@review.command()
def accept(home: HomeId, title: TitleId, by: By, why: Why) -> None:
    """Decide that the home stands on the title. A later judgement of the same question takes its place."""
    _decide(home, title, same=True, by=by, why=why)


@review.command()
def reject(home: HomeId, title: TitleId, by: By, why: Why) -> None:
    """Decide that the home does not stand on the title. A later judgement of the same question takes its place."""
    _decide(home, title, same=False, by=by, why=why)


def _decide(home: str, title: str, *, same: bool, by: str, why: str) -> None:
    _, snapshot = read_snapshot(None)
    found = snapshot.homes[snapshot.home_of[read_id(home, snapshot.home_of, "home")]]
    number = f"hmlr:{title.strip().upper().removeprefix('HMLR:')}"
    if number not in snapshot.titles:
        raise UnknownName(f"no title {title!r} in the register: longstop review lists those that wait")
    trace_of = snapshot.traces.get(found.id)
    link = next((one for one in trace_of.links if one.title == number), None) if trace_of else None
    _, engine = open_register()
    _judge(engine, found.current.id, number, same=same, by=by, why=why, score=link.record.score if link else None)
    verdict = "stands on" if same else "does not stand on"
    messages.print(f"kept: {found.id} {verdict} {number}, judged by {by.strip()}", markup=False)


def _judge(engine: Engine, home: str, title: str, *, same: bool, by: str, why: str, score: float | None) -> None:
    try:
        write_judgement(engine, STANDS_ON, home, title, same=same, judge=by, why=why, at=now()[0], score=score)
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


def question_document(question: Question, snapshot: Snapshot) -> dict[str, Any]:
    """A question as JSON values: both addresses, the owners, what agreed and what did not, and the other candidates."""
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
        "others": _others(question, snapshot),
    }


def address_of(record: LocationRecord) -> str:
    """A home's name and address on one line."""
    parts = (record.name, *(record.address or ()), record.town, record.postcode)
    return ", ".join(part for part in parts if part) or "no address is given"


def _others(question: Question, snapshot: Snapshot) -> list[dict[str, Any]]:
    """The home's other links, then other titles of its postcode: what else might be its building."""
    trace = snapshot.traces[question.home.id]
    states = {link.title: link.state for link in trace.links if link.title != question.title.id}
    postcode = question.home.current.record.postcode
    beside = [
        key
        for key, title in snapshot.titles.items()
        if postcode
        and key != question.title.id
        and key not in states
        and any(entry.record.postcode == postcode for entry in title.entries)
    ]
    named = [*sorted(states), *sorted(beside)][:_OTHERS]
    return [{**_title(snapshot.titles[key]), "state": states.get(key)} for key in named]


def _title(title: Title) -> dict[str, Any]:
    first = title.entries[0].record
    return {"id": title.id, "address": first.address, "tenure": title.tenure, "postcode": first.postcode}
