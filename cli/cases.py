"""``longstop cases``: failures that happened, with their sources, their contradictions, and what they ask."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Any

import typer

from cli.reporting import ownership_report
from cli.session import AsJson, Refused, answer_json, answer_table, answers, messages
from graph.cases import BadCase, Case, case_named, case_names, case_snapshot, reconcile
from graph.cases.library import Fact, Figure, Notice, Sum
from graph.report import REPORT_FORMATS, write_ownership_report


def cases(
    name: Annotated[str | None, typer.Argument(help="Which; without a name, those there are.")] = None,
    report: Annotated[
        Path | None, typer.Option(help="Also write the case's ownership report: a file in .html, .pdf, .xlsx or .json.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Failures that happened: every figure with its source, contradictions kept, sums worked out."""
    if name is None:
        if report is not None:
            raise Refused("--report: name the case to report on")
        _list(as_json=as_json)
        return
    try:
        case = case_named(name)
    except BadCase as problem:
        raise Refused(str(problem)) from problem
    if report is not None:
        _write_report(case, report)
    document = case_document(case)
    if as_json:
        answer_json(document)
    else:
        _print(case, document)


def _write_report(case: Case, to: Path) -> None:
    form = to.suffix.removeprefix(".").casefold()
    if form not in REPORT_FORMATS or form == "csv":
        raise Refused(f"--report {to}: the name must end in .html, .pdf, .xlsx or .json")
    snapshot = case_snapshot(case)
    if not snapshot.homes:
        raise Refused(f"--report: {case.name} is about no care home, so there is no ownership to report")
    built = ownership_report(snapshot, {})
    built = replace(built, report=replace(built.report, title=case.title, subtitle=case.summary))
    try:
        write_ownership_report(built, form, to)
    except OSError as problem:
        raise Refused(f"--report {to}: {problem.strerror or problem}") from problem
    messages.print(str(to), markup=False, soft_wrap=True)


def _list(*, as_json: bool) -> None:
    found = [case_named(one) for one in case_names()]
    if as_json:
        answer_json([{"name": one.name, "title": one.title, "as_at": one.as_at.isoformat()} for one in found])
        return
    answer_table("Cases", ("name", "as at", "what happened"), ((one.name, one.as_at, one.title) for one in found))


def case_document(case: Case) -> dict[str, Any]:
    """A case as plain values: facts with every figure and its sources, sums worked out, questions with answers."""
    return {
        "schema": "longstop/case/1",
        "name": case.name,
        "title": case.title,
        "summary": case.summary,
        "as_at": case.as_at.isoformat(),
        "facts": [
            {
                "id": fact.id,
                "what": fact.what,
                "unit": fact.unit,
                "contested": fact.contested,
                "figures": [
                    {"value": one.value, "about": one.about, "words": one.words, "sources": list(one.sources)}
                    for one in fact.figures
                ],
                "note": fact.note,
            }
            for fact in case.facts
        ],
        "sums": [
            {
                "id": one.sum.id,
                "what": one.sum.what,
                "comes_to": one.comes_to,
                "stated": one.stated,
                "difference": one.difference,
                "loose": one.loose,
                "sentence": one.sentence,
                "note": one.sum.note,
            }
            for one in reconcile(case)
        ],
        "events": [
            {
                "when": one.when,
                "entity": case.entity(one.entity).name,
                "what": one.what,
                "insolvency": one.insolvency,
                "sources": list(one.sources),
            }
            for one in case.events
        ],
        "notices": [
            {
                "what": one.what,
                "given": one.given,
                "ends": one.ends,
                "fewest_days": one.days[0],
                "most_days": one.days[1],
                "note": one.note,
                "sources": list(one.sources),
            }
            for one in case.notices
        ],
        "questions": [{"ask": one.ask, "answer": one.answer, "rests_on": list(one.rests_on)} for one in case.questions],
        "sources": {
            key: {"publisher": one.publisher, "title": one.title, "dated": one.dated, "address": one.address}
            for key, one in sorted(case.sources.items())
        },
    }


def _print(case: Case, document: dict[str, Any]) -> None:
    answers.print(case.title, style="bold", markup=False)
    answers.print(f"{case.summary}\n", markup=False)
    answer_table(
        "Facts, each with its sources; where they contradict each other all are kept",
        ("fact", "figure", "unit", "who says so"),
        (
            (fact.what if not turn else "  or", _shown(figure), _unit(fact), ", ".join(figure.sources))
            for fact in case.facts
            for turn, figure in enumerate(fact.figures)
        ),
    )
    _print_notes(case.facts)
    if case.sums:
        answer_table(
            "Do the figures add up?",
            ("what", "worked out", "difference"),
            (
                (one.sum.what, one.sentence, f"{one.difference:+g}" if one.difference else "none")
                for one in reconcile(case)
            ),
        )
        _print_notes(case.sums)
    if case.notices:
        answer_table(
            "How long people had",
            ("what", "from", "to", "days", "who says so"),
            ((one.what, one.given, one.ends, one.words, ", ".join(one.sources)) for one in case.notices),
        )
        _print_notes(case.notices)
    if case.events:
        answer_table(
            "What happened",
            ("when", "to whom", "what", "who says so"),
            ((one["when"], one["entity"], one["what"], ", ".join(one["sources"])) for one in document["events"]),
        )
    answer_table("What the case asks", ("question", "answer"), ((one.ask, one.answer) for one in case.questions))
    answer_table(
        "Sources",
        ("key", "publisher", "dated", "address"),
        ((key, one.publisher, one.dated or "undated", one.address) for key, one in sorted(case.sources.items())),
    )


def _shown(figure: Figure) -> str:
    value = f"{figure.value:,}" if isinstance(figure.value, int) else str(figure.value)
    said = f"about {value}" if figure.about else value
    return f"{said} ({figure.words})" if figure.words else said


def _unit(fact: Fact) -> str:
    return "" if fact.unit == "words" else fact.unit


def _print_notes(told: Iterable[Fact | Sum | Notice]) -> None:
    for one in told:
        if one.note:
            answers.print(f"  {one.what}: {one.note}", markup=False)
