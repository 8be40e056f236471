"""``longstop trace``: which title each home stands on, and how good the matching is on a labelled set."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Annotated, Any

import typer

from cli.loading import run_document, show_runs
from cli.session import (
    AsJson,
    Incomplete,
    On,
    Refused,
    answer_json,
    answer_table,
    answers,
    now,
    open_register,
    read_snapshot,
)
from register.matching import ACCEPTED, MatcherMissing, Matching
from register.matching.measured import THRESHOLDS, BadLabels, Measured, measure, read_labels
from register.matching.tracing import NothingToTrace, match_snapshot, publish, rests_on
from register.snapshot import Snapshot

#: So many labels that fit nothing are named; the others are counted.
_NAMED = 5


def trace(
    labels: Annotated[
        Path | None,
        typer.Option(help="Publish nothing; measure precision and recall against a CSV file with home,title."),
    ] = None,
    threshold: Annotated[float, typer.Option(help="The probability from which a link is accepted by rule.")] = ACCEPTED,
    as_json: AsJson = False,
    on: On = None,
) -> None:
    """Match every home with its title or titles, and publish what is accepted, what waits, and what is untraced."""
    if not 0 < threshold <= 1:
        raise Refused(f"--threshold {threshold}: a probability above 0 and up to 1")
    settings, engine = open_register()
    mark = rests_on(engine) if on is None and threshold == ACCEPTED else None
    _, snapshot = read_snapshot(on)
    wanted = _labels(labels, snapshot) if labels else None
    try:
        matching = match_snapshot(snapshot, threshold=threshold)
    except (NothingToTrace, MatcherMissing) as problem:
        raise Refused(str(problem)) from problem
    if wanted is not None:
        _show_measured(matching, *wanted, threshold=threshold, as_json=as_json)
        return
    report = publish(snapshot, matching, engine, learnt=now()[0], spool_dir=settings.spool_dir, mark=mark)
    if as_json:
        answer_json({"run": run_document(report), **_outcomes(matching)})
        show_runs([], as_json=False)
    else:
        print_outcomes(matching)
    if report.state != "published":
        raise Incomplete(f"tracing {report.state}: {' '.join(report.reasons)}")


def _outcomes(matching: Matching) -> dict[str, Any]:
    """Counts that add up: homes by what their search came to; links by state."""
    outcomes = Counter(one.outcome for one in matching.traces)
    reasons = Counter(one.untraced for one in matching.traces if one.untraced)
    states = Counter(link.state for link in matching.links)
    return {
        "homes": len(matching.traces),
        "outcomes": {name: outcomes.get(name, 0) for name in ("accepted", "waiting", "untraced")},
        "untraced": dict(sorted(reasons.items())),
        "links": {name: states.get(name, 0) for name in ("accepted", "waiting")},
    }


def print_outcomes(matching: Matching) -> None:
    """What the search came to, as a table whose rows add up to all homes."""
    found = _outcomes(matching)
    rows = [
        ("a title accepted by rule", found["outcomes"]["accepted"]),
        ("waiting for a person (longstop review)", found["outcomes"]["waiting"]),
        *((f"untraced: {reason}", count) for reason, count in found["untraced"].items()),
        ("all homes that are not closed", found["homes"]),
    ]
    answer_table("What the search for each home's building came to", ("outcome", "homes"), rows)
    answers.print(f"{found['links']['accepted']:,} links accepted, {found['links']['waiting']:,} waiting.")


def _labels(path: Path, snapshot: Snapshot) -> tuple[set[tuple[str, str]], list[str]]:
    """The labels as ids of the register, and a sentence for each that fits nothing in it."""
    try:
        rows = read_labels(path)
    except BadLabels as problem:
        raise Refused(str(problem)) from problem
    homes = {key.partition(":")[2]: home for key, home in snapshot.home_of.items()} | dict(snapshot.home_of)
    found, strange = set(), []
    for row, home, title in rows:
        number = f"hmlr:{title.removeprefix('hmlr:')}"
        if home not in homes:
            strange.append(f"row {row}: the register holds no home {home!r}")
        elif number not in snapshot.titles:
            strange.append(f"row {row}: the register holds no title {title!r}")
        else:
            found.add((homes[home], number))
    if not found:
        raise Refused(f"{path}: no row names a home and a title that the register holds ({'; '.join(strange[:1])})")
    return found, strange


def _show_measured(
    matching: Matching, labels: set[tuple[str, str]], strange: list[str], *, threshold: float, as_json: bool
) -> None:
    """Precision and recall at each threshold, and what of the labels could not be used."""
    found = measure(matching.claims, labels, sorted({*THRESHOLDS, threshold}))
    if as_json:
        answer_json({"labels": len(labels), "unusable": strange, "thresholds": [_measured(one) for one in found]})
    else:
        answer_table(
            f"Links against {len(labels):,} labels",
            ("threshold", "accepted", "right", "precision", "recall"),
            (
                (
                    f"{one.threshold:g}" + (" (used)" if one.threshold == threshold else ""),
                    one.accepted, one.right, _share(one.precision), _share(one.recall),
                )
                for one in found
            ),
        )  # fmt: skip
    if strange:
        more = f" and {len(strange) - _NAMED:,} more" if len(strange) > _NAMED else ""
        raise Incomplete(f"labels not used: {'; '.join(strange[:_NAMED])}{more}")


def _measured(one: Measured) -> dict[str, Any]:
    return {
        "threshold": one.threshold, "accepted": one.accepted, "right": one.right,
        "precision": one.precision, "recall": one.recall,
    }  # fmt: skip


def _share(value: float | None) -> str:
    return "–" if value is None else f"{value:.4f}"
