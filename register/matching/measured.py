"""Measures matching on a labelled set: precision and recall at each threshold."""

from __future__ import annotations

import csv
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path

from register.matching.match import Claim

#: Thresholds at which precision and recall are told, beside the one in use.
THRESHOLDS = (0.35, 0.5, 0.6, 0.7, 0.8, 0.85, 0.9, 0.95, 0.98, 0.99)
HEADER = ("home", "title")


class BadLabels(ValueError):
    """A file of labels that cannot be read. The message names file, row and cause."""


@dataclass(frozen=True, slots=True)
class Measured:
    """At one threshold: links accepted, how many of them are labelled, and how many labels there are.

    ``precision`` and ``recall`` are shares between 0 and 1; None where there is nothing to share.
    """

    threshold: float
    accepted: int
    right: int
    labels: int

    @property
    def precision(self) -> float | None:
        """Of the links accepted, the share that is labelled."""
        return self.right / self.accepted if self.accepted else None

    @property
    def recall(self) -> float | None:
        """Of the labels, the share that is accepted."""
        return self.right / self.labels if self.labels else None


def measure(
    claims: Sequence[Claim], labels: Collection[tuple[str, str]], thresholds: Sequence[float] = THRESHOLDS
) -> tuple[Measured, ...]:
    """Precision and recall of links against the labels (home's id, title's id), threshold by threshold."""
    found = []
    for threshold in sorted(thresholds):
        accepted = [(claim.home, claim.title) for claim in claims if claim.score >= threshold]
        found.append(Measured(threshold, len(accepted), sum(pair in labels for pair in accepted), len(labels)))
    return tuple(found)


def read_labels(path: Path) -> list[tuple[int, str, str]]:
    """(row, home, title) of every row of a CSV file with the columns ``home`` and ``title``. Raises BadLabels.

    Further columns are left alone. The header is row 1.
    """
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.reader(file, strict=True)
            header = [name.strip().casefold() for name in next(reader, [])]
            missing = [name for name in HEADER if name not in header]
            if missing:
                raise BadLabels(f"{path}: row 1 has no column {missing[0]!r}: a file of labels has home,title")
            home, title = (header.index(name) for name in HEADER)
            found = []
            for number, row in enumerate(reader, start=2):
                if not any(cell.strip() for cell in row):
                    continue
                if len(row) <= max(home, title) or not row[home].strip() or not row[title].strip():
                    raise BadLabels(f"{path}: row {number}: home or title is not given")
                found.append((number, row[home].strip(), row[title].strip()))
    except OSError as problem:
        raise BadLabels(f"{path}: {problem.strerror or problem}") from problem
    except UnicodeDecodeError as problem:
        raise BadLabels(f"{path}: not a text in UTF-8 (byte {problem.start:,})") from problem
    except csv.Error as problem:
        raise BadLabels(f"{path}: row {reader.line_num}: not CSV ({problem})") from problem
    return found
