"""Directors who sit on the boards of several groups."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from graph.measures.ground import Ground
from graph.measures.tally import NO, UNKNOWN, YES, Answer, tally
from graph.ownership import board_of
from register.snapshot import Home, Officer


@dataclass(frozen=True, slots=True)
class Seats:
    """The boards of the groups with a home in scope that share a director: by director (party id), by group id, an
    appointment; ``names`` are those of the groups.
    """

    held: Mapping[str, Mapping[str, Officer]]
    names: Mapping[str, str]


def shared_seats(ground: Ground) -> Seats:
    """Whoever is an active director of two groups or more (by more than half for certain) with a home in scope.

    Not the pairs of groups: a director of a thousand boards makes half a million. Two people under one mark (name and
    month of birth) are held to be one: an inference.
    """
    held: dict[str, dict[str, Officer]] = defaultdict(dict)
    names = {}
    for group in sorted({ground.groups[home.id] for home in ground.homes if home.id in ground.groups}, key=_id):
        names[group.id] = group.name
        for director, officer in _board(ground, group.members).items():
            held[director][group.id] = officer
    return Seats({director: held[director] for director in sorted(held) if len(held[director]) > 1}, names)


def interlocked(ground: Ground) -> tuple[Answer, ...]:
    """Whether a director of the home's group sits on another group's board too; not known where not every board of its
    group was read.
    """
    tied = {group for boards in shared_seats(ground).held.values() for group in boards}

    def answer(home: Home) -> str:
        group = ground.groups.get(home.id)
        if group is not None and group.id in tied:
            return YES
        boards = [one for one in (group.members if group else ()) if one.startswith("gb-coh:")]
        return NO if boards and all(one in ground.snapshot.officers for one in boards) else UNKNOWN

    return tally(ground.homes, ground.on, answer, order=(YES, NO, UNKNOWN))


def _id(group: object) -> str:
    return str(getattr(group, "id", ""))


def _board(ground: Ground, members: Iterable[str]) -> dict[str, Officer]:
    """The active directors of a group's companies: the appointment with the smallest id of each."""
    found: dict[str, Officer] = {}
    for member in members:
        if ground.network.nodes[member]["kind"] != "company":
            continue
        for party, officer in board_of(ground.network, member).items():
            if party not in found or officer.record.id < found[party].record.id:
                found[party] = officer
    return found
