"""Ids under which people and bodies are published: those of public registers, never a mark made of a month of birth.

Inside the register one person is ``person:<mark>``, and the mark is a digest of a name and a month of birth: whoever
knows the name could try the months until it fits (decision 5). So nobody is published under it. A party without a
number of its own is known in public by the entry that named it first, which anyone can look up at Companies House.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import TypeAlias

from register.parties import Party
from register.snapshot import Control, Officer, Snapshot

Entry: TypeAlias = Control | Officer


class PublicIds:
    """The public id of everybody whom a snapshot names."""

    def __init__(self, snapshot: Snapshot) -> None:
        self._named_by: dict[str, Entry] = {}
        first: dict[str, tuple[bool, date, str]] = {}
        for entry in _entries(snapshot):
            identifier = entry.party.id
            if identifier is None:
                continue
            # An entry of a register of control names a party before a seat on a board does; of several the oldest:
            # whatever is filed later leaves the id as it was.
            order = (isinstance(entry, Officer), _since(entry) or date.max, entry.record.id)
            if identifier not in first or order < first[identifier]:
                first[identifier], self._named_by[identifier] = order, entry

    def named_by(self, party: str) -> Entry | None:
        """The entry that names a party first; None where none does (a home, a title's owner, a company of the list)."""
        return self._named_by.get(party)

    def of(self, node: str) -> str:
        """The public id of a party or of any node: itself, unless it is made of a person's mark."""
        entry = self._named_by.get(node)
        return entry.record.id if entry is not None and node.startswith("person:") else node

    def of_party(self, party: Party) -> str | None:
        """The public id of whom an entry speaks of; None where it names nobody."""
        return None if party.id is None else self.of(party.id)


def _entries(snapshot: Snapshot) -> Iterator[Entry]:
    for controls in snapshot.controls.values():
        yield from controls
    for officers in snapshot.officers.values():
        yield from officers


def _since(entry: Entry) -> date | None:
    return entry.record.notified_on if isinstance(entry, Control) else entry.record.appointed_on
