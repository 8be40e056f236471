"""``longstop export`` and ``longstop import``: who owns what, out to the open formats and in from one."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Annotated, Any

import typer

from cli.session import (
    AsJson,
    Incomplete,
    Known,
    On,
    Refused,
    answer_json,
    answer_table,
    answers,
    day,
    messages,
    read_snapshot,
)
from graph.control import ultimate_owners
from graph.exports import FORMATS, NeedsExtra, bods
from graph.imports import bods as bods_in
from graph.ownership import Network, build_network, name_of
from register.land_limits import DERIVED_ONLY

#: Formats that are folders; the description of a folder is written last.
FOLDERS = frozenset({"csv", "parquet"})


def export(
    form: Annotated[str, typer.Argument(metavar="FORMAT", help=f"Which: {', '.join(FORMATS)}.")],
    out: Annotated[
        Path,
        typer.Option(help="The file to write, for csv and parquet the folder; bods to a .jsonl name is JSON lines."),
    ],
    since: Annotated[
        date | None,
        typer.Option(
            "--since",
            parser=day,
            metavar="DATE",
            help="bods alone: only what is new, updated or closed since that day.",
        ),
    ] = None,
    on: On = None,
    known: Known = None,
) -> None:
    """Write who owns what as open data. Two exports of one register are byte for byte the same."""
    if form not in FORMATS:
        raise Refused(f"{form!r} is not a format; choose {', '.join(FORMATS)}")
    if since is not None and form != "bods":
        raise Refused("--since goes with bods: the other formats have no way to say what has ended")
    _, snapshot = read_snapshot(on, known)
    network = build_network(snapshot)
    if since is not None and since >= snapshot.on:
        raise Refused(f"--since {since} is not before {snapshot.on}, the day that the register is read as at")
    try:
        with whole(out, folder=form in FOLDERS) as to:
            if since is None:
                count = FORMATS[form](snapshot, network, to)
            else:
                _, earlier = read_snapshot(since, known)
                count = bods.write_changes((earlier, build_network(earlier)), (snapshot, network), to)
    except NeedsExtra as problem:
        raise Refused(str(problem)) from problem
    except OSError as problem:
        raise Refused(f"--out {out}: {problem.strerror}") from problem
    messages.print(f"{out}: {count:,} records as at {snapshot.on}", markup=False, soft_wrap=True)
    if snapshot.titles and form != "bods":
        messages.print(DERIVED_ONLY, markup=False, soft_wrap=True)
    if not snapshot.controls:
        raise Incomplete("nothing is known of who controls companies: longstop refresh companies_house_bulk")


@contextmanager
def whole(out: Path, *, folder: bool = False) -> Iterator[Path]:
    """Where to write so that a file is there whole or not at all; a folder, or what is no plain file, is itself.

    Raises OSError.
    """
    if folder or (out.exists() and not out.is_file()):
        yield out
        return
    part = out.with_name(f".{out.stem}.part{out.suffix}")
    try:
        yield part
        part.replace(out)
    finally:
        part.unlink(missing_ok=True)


def import_(
    form: Annotated[str, typer.Argument(metavar="FORMAT", help="Which: bods (version 0.4).")],
    file: Annotated[Path, typer.Argument(help="The file: a JSON array of statements, or JSON lines.")],
    out: Annotated[
        Path | None, typer.Option(help="Write the statements again, without what is personal (.jsonl: JSON lines).")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Check what others publish of who owns what, and say who stands at the end of each chain in it.

    Nothing of it enters the register. A file that breaks the standard's schema is refused (status 2); one that breaks
    a rule beyond it is read, and each breach is named (status 1).
    """
    if form != "bods":
        raise Refused(f"{form!r} is not a format that is read; choose bods")
    try:
        found = bods_in.read_bods(file)
        if out is not None:
            with whole(out) as to:
                count = bods.write_statements(bods_in.republished(found), to)
            messages.print(f"{out}: {count:,} statements", markup=False, soft_wrap=True)
    except (bods_in.Unreadable, bods_in.Refused, NeedsExtra) as problem:
        raise Refused(str(problem)) from problem
    except OSError as problem:
        raise Refused(f"--out {out}: {problem.strerror}") from problem
    document = import_document(found, bods_in.network_of(found))
    if as_json:
        answer_json(document)
    else:
        _print_import(document)
    if found.findings:
        more = f" (and {len(found.findings) - 1:,} more: --json lists them)" if len(found.findings) > 1 else ""
        raise Incomplete(f"{file}: {found.findings[0]}{more}")


def import_document(found: bods_in.Declarations, network: Network) -> dict[str, Any]:
    """What a file holds as JSON values: statements by kind, breaches of rules, and how each entity's chains end."""
    ends = ultimate_owners(network)
    return {
        "schema": "longstop/import/1",
        "file": found.origin,
        "statements": bods_in.counted(found.statements),
        "records": bods_in.counted(one for _, one in bods_in.in_force(found).values()),
        "links": network.number_of_edges(),
        "left_out": dict(found.left_out),
        "findings": [
            {"statement": one.statement, "id": one.statement_id, "field": one.field, "says": one.says}
            for one in found.findings
        ],
        "entities": [
            {
                "id": node,
                "name": name_of(network, node),
                "ends": [
                    {
                        "kind": end.kind,
                        "id": end.node,
                        "name": name_of(network, end.node),
                        "reason": "named in a statement of the file" if end.kind == "person" else end.reason,
                    }
                    for end in sorted(ends[node])
                ],
            }
            for node, kind in sorted(network.nodes(data="kind"))
            if kind != "person"
        ],
    }


def _print_import(document: dict[str, Any]) -> None:
    counts = ", ".join(f"{count:,} of {kind}" for kind, count in document["statements"].items())
    answers.print(f"{document['file']}: statements {counts}; {document['links']:,} links in force", markup=False)
    if document["left_out"]:
        fields = ", ".join(f"{name} ({count:,})" for name, count in document["left_out"].items())
        answers.print(f"not kept, because it is personal: {fields}", markup=False)
    answer_table(
        "Where the chains end",
        ("entity", "id", "how", "who", "why that is said"),
        (
            (entity["name"], entity["id"], end["kind"], end["name"], end["reason"])
            for entity in document["entities"]
            for end in entity["ends"]
        ),
    )
    for finding in document["findings"][:20]:
        where = f"statement {finding['statement']}, " if finding["statement"] else ""
        messages.print(f"{where}{finding['field']}: {finding['says']}", markup=False)
