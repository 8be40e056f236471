"""``longstop report ownership``: whose the buildings are and who stands behind whom, for one scope, in one format."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Annotated

import typer

from cli.session import AsJson, Incomplete, Known, On, Refused, answer_json, messages, read_snapshot
from contingency.needs import NURSING_TYPES, RESIDENTIAL_TYPES, main_clients, offer_of
from contingency.scenarios import failure_of
from contingency.scenarios.choice import UnknownName, read_id
from graph.answers import Ownership
from graph.groups import RULES, UnknownRule
from graph.measures import BadList, ground_of, haven_list
from graph.ownership import name_of
from graph.report import (
    REPORT_FORMATS,
    Built,
    Scope,
    UnknownScope,
    build_report,
    scope_of,
    write_ownership_report,
)
from register.snapshot import Home, Snapshot

report = typer.Typer(no_args_is_help=True, help="Reports: who owns the homes, the buildings and the debts.")
#: Stands where a person's name would.
WITHHELD = "a person (name withheld)"


@report.callback()
def reports() -> None:
    """Reports: who owns the homes, the buildings and the debts."""


@report.command()
def ownership(  # noqa: PLR0917 - one option for each scope there is
    out: Annotated[Path, typer.Option(help="The file to write; for csv the folder.")],
    form: Annotated[str, typer.Option("--format", help=f"One of {', '.join(REPORT_FORMATS)}.")] = "html",
    area: Annotated[str | None, typer.Option(help="Only a council's homes: its ONS code or its name.")] = None,
    nation: Annotated[str | None, typer.Option(help="Only a nation's homes: England, Scotland …")] = None,
    group: Annotated[
        str | None, typer.Option(help="Only a group's homes: any company, provider or brand in it.")
    ] = None,
    rule: Annotated[str, typer.Option(help=f"What a group is: {', '.join(RULES)}.")] = "control50",
    landlord: Annotated[str | None, typer.Option(help="Only the homes that a landlord lets: its id or name.")] = None,
    lender: Annotated[
        str | None, typer.Option(help="Only the homes under charges to a lender: its id or name.")
    ] = None,
    offshore_list: Annotated[
        str | None, typer.Option(help="Which list of havens: its name, or a YAML file of your own.")
    ] = None,
    names: Annotated[
        bool, typer.Option("--names/--without-names", help="Whether people are named where the public register does.")
    ] = True,
    as_json: AsJson = False,
    on: On = None,
    known: Known = None,
) -> None:
    """The ownership report. Every claim leads to its record, list, day and rule; what is not known is counted."""
    if form not in REPORT_FORMATS:
        raise Refused(f"--format {form}: choose one of {', '.join(REPORT_FORMATS)}")
    asked = {"area": area, "nation": nation, "group": group, "landlord": landlord, "lender": lender}
    chosen = {kind: text for kind, text in asked.items() if text is not None}
    if len(chosen) > 1:
        raise Refused(f"choose one of --{' and --'.join(chosen)}: a report has one scope")
    _, snapshot = read_snapshot(on, known)
    built = ownership_report(snapshot, chosen, rule=rule, havens=offshore_list, names=names)
    with messages.status("writing the report …"):
        try:
            paths = write_ownership_report(built, form, out)
        except OSError as problem:
            raise Refused(f"--out {out}: {problem.strerror or problem}") from problem
    if as_json:
        answer_json({**built.about, "files": [str(path) for path in paths]})
    for path in paths:
        messages.print(str(path), markup=False, soft_wrap=True)
    _name_what_is_missing(snapshot)


def ownership_report(
    snapshot: Snapshot,
    chosen: Mapping[str, str],
    *,
    rule: str = "control50",
    havens: str | None = None,
    names: bool = True,
) -> Built:
    """The report on a scope: at most one of area, nation, group, landlord, lender, by what a person typed.

    Raises Refused or UnknownName for what fits nothing.
    """
    ownership = Ownership(snapshot)
    notes = []
    if not names:
        notes.append(
            "People are not named here; the public register of people with significant control does name them."
        )
        for _, facts in ownership.network.nodes(data=True):
            if facts.get("kind") == "person":
                facts["name"] = WITHHELD
    try:
        listed = haven_list(havens)
        scope = _scope(ownership, chosen, rule)
    except (BadList, UnknownRule, UnknownScope) as problem:
        raise Refused(str(problem)) from problem
    return build_report(ground_of(ownership, scope.homes, listed), scope, needs_of, notes=notes)


def needs_of(home: Home) -> Sequence[str]:
    """What a home offers, for concentration by need: each setting with each client group it mainly serves."""
    record = home.current.record
    offer = offer_of(record)
    clients, _ = main_clients(offer)
    types = {word.lower() for word in record.service_types or ()}
    settings = [
        setting for setting, words in (("nursing", NURSING_TYPES), ("residential", RESIDENTIAL_TYPES)) if types & words
    ] or ["care home"]
    return [f"{setting}/{client}" for setting in settings for client in clients]


def _scope(ownership: Ownership, chosen: Mapping[str, str], rule: str) -> Scope:
    if not chosen:
        return scope_of(ownership, "uk")
    (kind, text), *_ = chosen.items()
    match kind:
        case "area":
            return scope_of(ownership, "area", failure_of("area", ownership.snapshot, [text]).ids[0])
        case "group":
            members = {member for found in ownership.groups(rule) for member in (found.id, *found.members)}
            return scope_of(ownership, "group", read_id(text, members, "member of a group"), rule=rule)
        case "landlord":
            return scope_of(ownership, "landlord", _party(ownership, text, ownership.landlords, "landlord"))
        case "lender":
            return scope_of(ownership, "lender", _party(ownership, text, ownership.lenders, "lender"))
        case _:
            return scope_of(ownership, "nation", text)


def _party(ownership: Ownership, text: str, found: Iterable[object], what: str) -> str:
    """A landlord or lender by its id, or by its whole name where only one bears it."""
    ids = [str(getattr(one, "id", "")) for one in found]
    wanted = " ".join(text.casefold().split())
    named = [one for one in ids if name_of(ownership.network, one).casefold() == wanted]
    if len(named) == 1 and text not in ids:
        return named[0]
    if len(named) > 1:
        raise UnknownName(f"{text!r} is the name of {' and of '.join(sorted(named))}: write the id")
    return read_id(text, ids, what)


def _name_what_is_missing(snapshot: Snapshot) -> None:
    """Raise Incomplete, naming it, where a list that the report needs has never been read."""
    missing = []
    if not snapshot.controls:
        missing.append("who controls companies (longstop refresh companies_house_bulk)")
    if not snapshot.titles:
        missing.append("whose the buildings are (longstop refresh hmlr)")
    elif not snapshot.traces:
        missing.append("which building stands on which title (longstop trace)")
    if missing:
        raise Incomplete(f"the report says so where it matters, but nothing is known of {' or of '.join(missing)}")
