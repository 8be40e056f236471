"""``longstop plan KIND ID…``: who goes where if it fails."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Annotated, Any, Literal

import typer

from cli.context import report_context
from cli.session import (
    AsJson,
    Incomplete,
    Known,
    On,
    Refused,
    answer_table,
    answers,
    messages,
    read_snapshot,
)
from contingency.assumptions import read_assumptions
from contingency.document import document, dumps
from contingency.draws import ranges
from contingency.plan import Options, Plan, make_plan
from contingency.problem_files import write_problem
from contingency.report import write_report
from contingency.same_hands import HANDS
from contingency.scenarios import KINDS, RULED_KINDS
from contingency.suitability import rating_floor
from contingency.travel import ENGINES, Engine
from graph.groups import RULES
from printing.wording import count
from register.settings import Settings
from register.snapshot import Snapshot


def travel_engine(name: str, snapshot: Snapshot, settings: Settings) -> Engine:
    """The travel engine of that name over the snapshot's boundaries. Refused for a name or a boundary that is none."""
    if name not in ENGINES:
        raise Refused(f"--travel {name}: choose one of {', '.join(sorted(ENGINES))}")
    try:
        return ENGINES[name](snapshot.areas, snapshot.on.year, settings.data_dir / "cache")
    except ValueError as error:
        raise Refused(f"--travel {name}: {error}") from error


def plan(  # noqa: PLR0917 - a command line has as many options as a planner needs
    kind: Annotated[str, typer.Argument(help=f"What fails: {', '.join(KINDS)}.")],
    ids: Annotated[list[str], typer.Argument(help="Which: ids of the register (cqc:1-305829465 or 1-305829465).")],
    travel: Annotated[str, typer.Option(help="How distance is measured: crow or land-grid.")] = "crow",
    cap_km: Annotated[float | None, typer.Option(min=0, help="Move nobody further than this.")] = None,
    occupancy: Annotated[
        float | None, typer.Option(min=0, max=1, help="Share of beds lived in, in place of the estimates.")
    ] = None,
    min_rating: Annotated[str, typer.Option(help="Offer no home rated below this.")] = "requires improvement",
    objective: Annotated[str, typer.Option(help="What comes after placing the most people: total or worst.")] = "total",
    rule: Annotated[
        str | None,
        typer.Option(help=f"What a group is (brand where nothing is said), or a landlord's group: {', '.join(RULES)}."),
    ] = None,
    offer_same_owner: Annotated[
        bool, typer.Option("--offer-same-owner", help="Offer beds of the same owner, landlord or lender too.")
    ] = False,
    draws: Annotated[int, typer.Option(min=0, max=10_000, help="Ranges from this many random draws.")] = 0,
    seed: Annotated[int, typer.Option(min=0, help="Another seed makes other draws.")] = 1,
    assumptions: Annotated[Path | None, typer.Option(help="Your own assumptions file (YAML).")] = None,
    report: Annotated[Path | None, typer.Option(help="Write the report here: HTML, PDF, XLSX and JSON.")] = None,
    problem: Annotated[Path | None, typer.Option(help="Write the solved instance here, for another solver.")] = None,
    as_json: AsJson = False,
    on: On = None,
    known: Known = None,
) -> None:
    """Who must move if it fails, the nearest suitable beds really open to them, and who is left without one."""
    if kind not in KINDS:
        raise Refused(f"{kind!r} is not a kind of failure; choose one of {', '.join(KINDS)}")
    if objective not in ("total", "worst"):
        raise Refused(f"--objective {objective}: choose total or worst")
    if objective == "worst" and cap_km is None:
        messages.print("--objective worst without --cap-km: no distance counts as too far.")
    try:
        floor = rating_floor(min_rating)
    except ValueError as error:
        raise Refused(f"--min-rating: {error}") from error
    if rule is not None and kind not in RULED_KINDS:
        raise Refused(f"--rule {rule} says what a group is: it goes with longstop plan group or longstop plan landlord")
    settings, snapshot = read_snapshot(on, known)
    aim: Literal["total", "worst"] = "worst" if objective == "worst" else "total"
    options = Options(travel, cap_km, occupancy, floor, aim, rule, offer_same_owner)
    engine = travel_engine(travel, snapshot, settings)
    with messages.status("working out who goes where …"):
        make = partial(
            make_plan,
            snapshot,
            kind,
            ids,
            options=options,
            assumptions=read_assumptions(assumptions),
            engine=engine,
        )
        made = make()
    answer = document(made)
    if draws:
        with messages.status(f"drawing {draws:,} times …"):
            answer["ranges"] = ranges(draws, seed, lambda chance: make(chance=chance, before=made))
    if as_json:
        typer.echo(dumps(answer), nl=False)
    else:
        print_plan(answer)
    if problem:
        paths = write_problem(made, problem)
        messages.print(f"problem: {', '.join(str(path) for path in paths)}")
    if report:
        with messages.status("writing the report …"):
            paths = save_report(made, answer, report)
        messages.print(f"report: {', '.join(str(path) for path in paths)}")
    name_what_is_missing(answer)


def save_report(made: Plan, answer: dict[str, Any], folder: Path) -> list[Path]:
    """Write plan.json, plan.html, plan.pdf and plan.xlsx into a folder (made if need be); their paths."""
    folder.mkdir(parents=True, exist_ok=True)
    text = folder / "plan.json"
    text.write_text(dumps(answer), encoding="utf-8")
    return [text, *write_report(answer, report_context(made), folder)]


def print_plan(answer: dict[str, Any]) -> None:
    """The plan on a terminal: the headline, the councils, the homes, the worst journeys, and where the rest is."""
    summary = answer["summary"]
    if answer["invented"]:
        answers.print("INVENTED COUNTY: an exercise. No home, person or company here is real.", style="bold reverse")
    answers.print(f"If {answer['scenario']['sentence']} ({answer['on']}):", style="bold", markup=False)
    bases: dict[str, int] = {}
    for home in answer["affected"]:
        if home["people"]:
            bases[home["basis"]] = bases.get(home["basis"], 0) + home["people"]
    known = " and ".join(f"{bases[basis]:,} {basis}" for basis in sorted(bases)) or "nobody known to live there"
    answers.print(
        f"  {summary['people']:,} people in {summary['homes']:,} homes must move ({known}). "
        f"{summary['placed']:,} have a suitable bed that is open to them; {summary['unplaced']:,} have none."
    )
    if summary["placed"]:
        answers.print(
            f"  Typical journey {summary['median_km']:,.1f} km, nine in ten within {summary['p90_km']:,.1f} km, "
            f"the worst {summary['max_km']:,.1f} km. {answer['travel']['method']}",
            markup=False,
        )
    for name, span in sorted(answer.get("ranges", {}).items()):
        if isinstance(span, dict):
            words = name.replace("_", " ")
            answers.print(f"  {words}: {span['low']:,} to {span['high']:,} in nine draws of ten", markup=False)
    for row in summary["homes_not_offered"]:
        if row["reason"] in HANDS:
            withheld = f"{count(row['beds'], 'bed')} in {count(row['homes'], 'home')}"
            answers.print(f"  {withheld} not offered: {row['reason']}.", markup=False)
    if (offered := summary["placed_if_same_hands_offered"]) is not None:
        more = offered - summary["placed"]
        answers.print(f"  With these beds offered too (--offer-same-owner), {more:,} more people would have a bed.")
    proof = "proved: nobody can do better on these figures" if answer["optimality"]["proved"] else "NOT PROVED"
    answers.print(f"  {proof}; register digest {answer['snapshot'][:16]}…")
    answer_table(
        "Councils whose homes fail, or who receive people",
        ("code", "council", "homes", "people", "placed inside", "placed outside", "no bed", "arrivals", "worst km"),
        (
            (
                a["authority"] or "not known",
                a["name"],
                a["homes"],
                a["people"],
                a["placed_inside"],
                a["placed_outside"],
                a["unplaced"],
                a["arrivals"],
                None if a["max_km"] is None else f"{a['max_km']:,.1f}",
            )
            for a in summary["by_authority"]
        ),
    )
    answer_table(
        "Homes that fail (the ten largest)",
        ("home", "name", "beds", "people", "basis"),
        (
            (a["home"], a["name"], a["beds"], a["people"], a["basis"])
            for a in sorted(answer["affected"], key=lambda a: (-a["people"], a["home"]))[:10]
        ),
    )
    if answer["watched"]:
        answer_table(
            "Homes that do not close by this, and have to be watched",
            ("home", "name", "provider", "why"),
            ((w["home"], w["name"], w["provider"], w["why"]) for w in answer["watched"]),
        )
    if answer["unplaced"]:
        reasons: dict[str, int] = {}
        for row in answer["unplaced"]:
            reasons[row["reason"]] = reasons.get(row["reason"], 0) + row["people"]
        most_first = sorted(reasons, key=lambda reason: (-reasons[reason], reason))
        answer_table("People without a bed", ("why", "people"), [(reason, reasons[reason]) for reason in most_first])
    answer_table(
        "What this rests on",
        ("assumption", "value", "basis", "date"),
        ((a["name"], a["value"], a["basis"], a["date"]) for a in answer["assumptions"]),
    )


def name_what_is_missing(answer: dict[str, Any]) -> None:
    """Raise Incomplete, naming it, where the plan had to leave people out of its count."""
    unknown = answer["summary"]["homes_beds_unknown"]
    if unknown:
        raise Incomplete(
            f"{unknown:,} of {answer['summary']['homes']:,} failing homes have beds unknown: "
            "the people in them are not in these figures."
        )
