"""``longstop export`` and ``longstop import``: who owns what, out to the open formats and in from one."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Annotated

import typer

from cli.session import Incomplete, Known, On, Refused, day, messages, read_snapshot
from graph.exports import FORMATS, NeedsExtra, bods
from graph.ownership import build_network
from register.land_limits import DERIVED_ONLY


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
    try:
        if since is None:
            count = FORMATS[form](snapshot, network, out)
        else:
            if since >= snapshot.on:
                raise Refused(f"--since {since} is not before {snapshot.on}, the day that the register is read as at")
            _, earlier = read_snapshot(since, known)
            count = bods.write_changes((earlier, build_network(earlier)), (snapshot, network), out)
    except NeedsExtra as problem:
        raise Refused(str(problem)) from problem
    except OSError as problem:
        raise Refused(f"--out {out}: {problem.strerror}") from problem
    messages.print(f"{out}: {count:,} records as at {snapshot.on}", markup=False, soft_wrap=True)
    if snapshot.titles and form != "bods":
        messages.print(DERIVED_ONLY, markup=False, soft_wrap=True)
    if not snapshot.controls:
        raise Incomplete("nothing is known of who controls companies: longstop refresh companies_house_bulk")
