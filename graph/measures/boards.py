"""Directors who sit on the boards of several groups."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import combinations

from graph.measures.ground import Ground
from graph.measures.tally import NO, UNKNOWN, YES, Answer, tally
from graph.ownership import linked
from register.snapshot import Home, Officer


@dataclass(frozen=True, slots=True)
class Interlock:
    """Two groups (by more than half for certain) that share directors: party ids, and an appointment on each side."""

    groups: tuple[str, str]
    names: tuple[str, str]
    directors: tuple[str, ...]
    appointments: tuple[tuple[Officer, Officer], ...]


def interlocks(ground: Ground) -> tuple[Interlock, ...]:
    """Every pair of groups with a home in scope that share an active director, in order of group ids.

    Secretaries are no directors. Two people under one mark (name and month of birth) are held to be one: an inference.
    """
    boards: dict[str, dict[str, Officer]] = {}
    names = {}
    for group in sorted({ground.groups[home.id] for home in ground.homes if home.id in ground.groups}, key=_id):
        boards[group.id], names[group.id] = _board(ground, group.members), group.name
    sits_on: dict[str, list[str]] = defaultdict(list)
    for key, board in boards.items():
        for director in board:
            sits_on[director].append(key)
    shared: dict[tuple[str, str], list[str]] = defaultdict(list)
    for director in sorted(sits_on):
        for one, other in combinations(sorted(sits_on[director]), 2):
            shared[one, other].append(director)
    return tuple(
        Interlock(
            pair,
            (names[pair[0]], names[pair[1]]),
            tuple(some),
            tuple((boards[pair[0]][one], boards[pair[1]][one]) for one in some),
        )
        for pair, some in sorted(shared.items())
    )


def interlocked(ground: Ground) -> tuple[Answer, ...]:
    """Whether a director of the home's group sits on another group's board too; not known where no board was read."""
    tied = {group for one in interlocks(ground) for group in one.groups}

    def answer(home: Home) -> str:
        group = ground.groups.get(home.id)
        if group is not None and group.id in tied:
            return YES
        company = ground.company(home)
        return NO if company in ground.snapshot.officers else UNKNOWN

    return tally(ground.homes, ground.on, answer, order=(YES, NO, UNKNOWN))


def _id(group: object) -> str:
    return str(getattr(group, "id", ""))


def _board(ground: Ground, members: Iterable[str]) -> dict[str, Officer]:
    """The active directors of a group's companies: the appointment with the smallest id of each."""
    found: dict[str, Officer] = {}
    for member in members:
        if ground.network.nodes[member]["kind"] != "company":
            continue
        for party, facts in linked(ground.network, member, "officer"):
            officer: Officer = facts["officer"]
            if "secretary" in officer.record.role:
                continue
            if party not in found or officer.record.id < found[party].record.id:
                found[party] = officer
    return found
