"""The tables of a report, from the findings: councils, homes, moves, who is worst off."""

from __future__ import annotations

from datetime import date

from contingency.findings import NOT_KNOWN, Findings, HomeFinding
from contingency.plan_document import Move
from printing.layout import Cell, Column, Table
from printing.wording import clean, count, number, people, sentence, share, short_day

#: How many of the longest moves are named one by one: a page of a meeting's papers.
WORST_MOVES = 20
#: Rows of a long table that the PDF prints; the workbook and the HTML page hold them all.
PDF_ROWS = 400

_NOBODY = "nobody placed"


def flow_table(findings: Findings) -> Table:
    """The map as words: how many people from which council's area to which, and how far."""
    rows = tuple(
        (
            findings.authority(flow.origin),
            findings.authority(flow.to),
            flow.spread.people,
            flow.spread.median,
            flow.spread.worst,
        )
        for flow in findings.flows
    )
    return Table(
        caption="The map as a table: people placed, by the area they leave and the area they would go to",
        columns=(
            Column("From", 26),
            Column("To", 26),
            Column("People", 10, numeric=True),
            Column("Median km", 11, numeric=True),
            Column("Furthest km", 12, numeric=True),
        ),
        rows=rows,
        sheet="Between authorities",
        empty="Nobody could be placed.",
        most=40,
    )


def authority_table(findings: Findings) -> Table:
    """Councils: whose people they are, where they would go, and who would arrive."""
    unclear = any(row.unclear for row in findings.authorities)
    rows = []
    for row in findings.authorities:
        spread = row.spread
        nothing = _NOBODY if row.people else "–"
        cells: list[Cell] = [findings.authority(row.code), row.code or NOT_KNOWN, row.homes, row.people]
        cells += [row.inside, row.outside, *([row.unclear] if unclear else []), row.unplaced, row.arrivals]
        cells += [
            nothing if spread.median is None else spread.median,
            nothing if spread.worst is None else spread.worst,
        ]
        rows.append(tuple(cells))
    sums = [sum(cell for cell in column if isinstance(cell, int)) for column in list(zip(*rows, strict=True))[2:-2]]
    columns = [Column("Authority", 26), Column("Code", 12, only="sheet"), Column("Homes that close", 9, numeric=True)]
    columns += [
        Column("People who must leave", 11, numeric=True),
        Column("Placed inside its area", 11, numeric=True),
        Column("Placed outside", 10, numeric=True),
        *([Column("Placed, area not known", 11, numeric=True)] if unclear else []),
        Column("No place", 8, numeric=True),
        Column("Arrivals, its own included", 12, numeric=True),
        Column("Median km", 9, numeric=True),
        Column("Furthest km", 10, numeric=True),
    ]
    whole = findings.spread
    total: tuple[Cell, ...] = (
        "All",
        "",
        *sums,
        _NOBODY if whole.median is None else whole.median,
        _NOBODY if whole.worst is None else whole.worst,
    )
    return Table(
        caption="Councils where a home would close, or where people would arrive",
        columns=tuple(columns),
        rows=tuple(rows),
        sheet="Authorities",
        total=total if rows else None,
        note="Distances are of the people who leave homes in that council's area. "
        "A person who stays inside the area counts among its arrivals too.",
    )


def needs_of(home: HomeFinding) -> str:
    """A home's people by need: ``17 nursing / dementia; 34 residential``."""
    return "; ".join(f"{number(need.people)} {need_words(need.need)}" for need in home.affected.needs) or NOT_KNOWN


def need_words(need: str) -> str:
    """The plan's code for a need, with room to breathe: ``nursing / dementia``."""
    return clean(need).replace("/", " / ").replace("_", " ")


def home_table(findings: Findings) -> Table:
    """Homes that would close, with how far and into how many homes their people would scatter."""
    rows = tuple(_home_row(findings, home) for home in findings.homes)
    return Table(
        caption="Homes that would close, most people first",
        columns=(
            Column("No.", 5, numeric=True),
            Column("Home", 30),
            Column("Register id", 20),
            Column("Provider", 28, only="sheet"),
            Column("Postcode", 10, only="sheet"),
            Column("Authority", 22),
            Column("Registered beds", 10, numeric=True),
            Column("People", 8, numeric=True),
            Column("Basis", 11),
            Column("By need", 42),
            Column("Placed", 8, numeric=True),
            Column("No place", 8, numeric=True),
            Column("Homes they go to", 9, numeric=True),
            Column("Nearest km", 9, numeric=True),
            Column("Median km", 9, numeric=True),
            Column("Furthest km", 9, numeric=True),
        ),
        rows=rows,
        sheet="Homes",
        head=1,
        note="“No.” is the number on the map. “Homes they go to” shows how far a community would be scattered.",
    )


def _home_row(findings: Findings, home: HomeFinding) -> tuple[Cell, ...]:
    known, affected, spread = findings.home(affected_id := home.affected.home), home.affected, home.spread
    nearest = home.moves[0].km if home.moves else None
    distances = [nearest, spread.median, spread.worst]
    return (
        home.number,
        findings.name(affected_id),
        affected_id,
        clean(known.provider) or NOT_KNOWN,
        clean(known.postcode) or NOT_KNOWN,
        findings.council(affected_id),
        affected.beds,
        affected.people if affected.counted else None,
        affected.basis if affected.counted else NOT_KNOWN,
        needs_of(home),
        spread.people,
        home.left,
        home.receivers,
        *("–" if distance is None else distance for distance in distances),
    )


def receiver_table(findings: Findings) -> Table:
    """Homes that would be asked to take people, most first: the list of whom to ring."""
    rows = []
    for row in findings.receivers:
        known = findings.home(row.home)
        rows.append(
            (
                findings.name(row.home),
                clean(known.provider) or NOT_KNOWN,
                row.home,
                clean(known.postcode) or NOT_KNOWN,
                clean(known.town) or NOT_KNOWN,
                findings.authority(known.authority),
                "; ".join(clean(kind) for kind in known.service_types) or NOT_KNOWN,
                known.beds,
                row.people,
                row.origins,
                row.worst,
                _rating(known.rating, known.rated_on),
            )
        )
    return Table(
        caption="Homes that would be asked to take people, most people first",
        columns=(
            Column("Home", 30),
            Column("Provider", 26),
            Column("Register id", 20, only="sheet"),
            Column("Postcode", 10, only="sheet"),
            Column("Town", 16),
            Column("Authority", 22),
            Column("Service types, in the register's words", 36, only="sheet"),
            Column("Registered beds", 10, numeric=True),
            Column("People to take", 9, numeric=True),
            Column("From how many homes", 10, numeric=True),
            Column("Furthest km", 9, numeric=True),
            Column("Rating and its date", 30),
        ),
        rows=tuple(rows),
        sheet="Receiving homes",
        empty="Nobody could be placed, so no home is asked.",
        note="Ring before relying on any line: whether a home is open to admissions is known only by asking it. "
        "A rating is as old as its date and is no promise of safety.",
        most=60,
    )


def _rating(rating: str | None, rated_on: date | None) -> str:
    if not rating:
        return NOT_KNOWN
    return f"{clean(rating)}, {short_day(rated_on) if rated_on else 'date not known'}"


def _move_rows(findings: Findings, move: Move, *, minutes: bool) -> tuple[Cell, ...]:
    known = findings.home(move.to)
    timed: tuple[Cell, ...] = (NOT_KNOWN if move.minutes is None else float(move.minutes),) if minutes else ()
    return (
        findings.name(move.to),
        move.to,
        clean(known.town) or NOT_KNOWN,
        findings.authority(known.authority),
        need_words(move.need),
        need_words(move.pool),
        move.people,
        float(move.km),
        *timed,
    )


def move_table(findings: Findings) -> Table:
    """Every move, under the home it starts from. Minutes only where the travel engine gave them."""
    minutes = any(move.minutes is not None for move in findings.plan.moves)
    rows = tuple(
        (
            f"{home.number}. {_heading(findings, home)}",
            findings.name(home.affected.home),
            home.affected.home,
            findings.council(home.affected.home),
            *_move_rows(findings, move, minutes=minutes),
        )
        for home in findings.homes
        for move in home.moves
    )
    return Table(
        caption="Moves, by the home people leave, nearest first",
        columns=(
            Column("From home", 30, only="page"),
            Column("From", 30, only="sheet"),
            Column("From id", 20, only="sheet"),
            Column("From authority", 22, only="sheet"),
            Column("To", 28),
            Column("To id", 20, only="sheet"),
            Column("Town", 14),
            Column("Authority", 20),
            Column("Need", 24),
            Column("Kind of bed", 24),
            Column("People", 8, numeric=True),
            Column("km", 8, numeric=True),
            *([Column("Minutes", 9, numeric=True)] if minutes else []),
        ),
        rows=rows,
        sheet="Moves",
        empty="Nobody could be placed.",
        grouped=True,
        most=PDF_ROWS,
    )


def _heading(findings: Findings, home: HomeFinding) -> str:
    left = f"; {number(home.left)} without a place" if home.left else ""
    return (
        f"{findings.name(home.affected.home)}, {findings.council(home.affected.home)}: "
        f"{people(home.spread.people)} to {count(home.receivers, 'home')}{left}"
    )


def worst_table(findings: Findings) -> Table:
    """The longest moves, longest first; ties by number of people."""
    moves = sorted(findings.plan.moves, key=lambda move: (-move.km, -move.people, move.origin, move.to, move.need))
    rows = tuple(
        (
            float(move.km),
            move.people,
            findings.name(move.origin),
            findings.council(move.origin),
            findings.name(move.to),
            findings.council(move.to),
            need_words(move.need),
        )
        for move in moves[:WORST_MOVES]
    )
    longest = "The longest move" if len(rows) == 1 else f"The {number(len(rows))} longest moves"
    return Table(
        caption=f"{longest}, of {number(len(moves))}",
        columns=(
            Column("km", 8, numeric=True),
            Column("People", 8, numeric=True),
            Column("From", 28),
            Column("Authority", 20),
            Column("To", 28),
            Column("Authority of that home", 20),
            Column("Need", 22),
        ),
        rows=rows,
        empty="Nobody could be placed.",
    )


def unplaced_table(findings: Findings) -> Table:
    """Everyone without a place, with the reason the planner gives."""
    rows = tuple(
        (
            findings.name(home.affected.home),
            home.affected.home,
            findings.council(home.affected.home),
            need_words(row.need),
            row.people,
            sentence(row.reason) or NOT_KNOWN,
        )
        for home in findings.homes
        for row in home.unplaced
    )
    left = findings.plan.summary.unplaced
    return Table(
        caption="People for whom no place was found, and why",
        columns=(
            Column("Home", 30),
            Column("Register id", 20, only="sheet"),
            Column("Authority", 22),
            Column("Need", 24),
            Column("People", 8, numeric=True),
            Column("Reason", 60),
        ),
        rows=rows,
        sheet="Unplaced",
        total=("All", "", "", "", left, "") if rows else None,
        empty="Everyone whose number and need are known could be placed.",
        most=PDF_ROWS,
    )


def far_sentence(findings: Findings) -> str:
    """How many of the people placed would go further than 10 miles."""
    spread = findings.spread
    return f"{share(spread.far, spread.people)} of the people placed would go further than 10 miles (16.1 km)."
