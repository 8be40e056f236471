"""The questions that wait for a person."""

from __future__ import annotations

from dataclasses import dataclass

from register.snapshot import Home, HomeTitle, Snapshot, Title


@dataclass(frozen=True, slots=True)
class Question:
    """Does this home stand on this title? ``beds`` are those registered on the snapshot's day; None: unknown."""

    home: Home
    title: Title
    link: HomeTitle
    beds: int | None

    @property
    def score(self) -> float | None:
        """What the computer made of it."""
        return self.link.record.score


def questions(snapshot: Snapshot) -> tuple[Question, ...]:
    """Everything that waits: homes with the most beds first, and of one home the likeliest title first."""
    found = [
        Question(home, snapshot.titles[link.title], link, home.beds(snapshot.on))
        for key, trace in snapshot.traces.items()
        for link in trace.links
        if link.state == "waiting" and (home := snapshot.homes.get(key)) is not None and home.status != "closed"
    ]
    return tuple(sorted(found, key=lambda one: (-(one.beds or 0), one.home.id, -(one.score or 0.0), one.title.id)))
