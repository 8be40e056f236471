"""One list of a run as a source handed it over: sorted by id, counted, contradictions set aside. No database here."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

import msgspec

from register.checks import Counted
from register.models import KINDS
from register.records import Delivery, Fault, LocationRecord
from register.spool import StagedRecord


@dataclass(frozen=True, slots=True)
class Held:
    """A staged record that counts: its digest, and where it stands in the spool."""

    digest: str
    offset: int


@dataclass(slots=True)
class Handed:
    """One list of a run as staged: its records by kind and id, its faults, and what is counted for the checks.

    ``beside_lost``: rows were lost from another list of the same file; a provider told of in such a row alone is not
    in the list of providers, and did not end.
    """

    delivery: Delivery
    rank: int
    records: dict[str, dict[str, Held]] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)
    beside_lost: bool = False
    postcodes: set[str] = field(default_factory=set)
    handed: int = 0
    repeated: int = 0
    care_homes: int = 0
    fillable: int = 0
    filled: Counter[str] = field(default_factory=Counter)

    def take(self, offset: int, staged: StagedRecord) -> None:
        """Count a staged record in. The second of two records of one id in one list is a repeat or a contradiction."""
        of_kind = self.records.setdefault(staged.kind, {})
        first = of_kind.get(staged.id)
        if first is not None:
            if first.digest == staged.record_digest:
                self.handed += 1
                self.repeated += 1
                return
            reason = "duplicate id: another record of this id in the same list says something else"
            self.faults.append(
                Fault(
                    feed=staged.feed,
                    origin=staged.origin,
                    row=staged.row,
                    reason=reason,
                    record_id=staged.id,
                )
            )
            return
        self.handed += 1
        of_kind[staged.id] = Held(staged.record_digest, offset)
        record = msgspec.json.decode(staged.record, type=KINDS[staged.kind])
        if isinstance(record, LocationRecord):
            if not record.care_home:
                return
            self.care_homes += 1
            if record.postcode:
                self.postcodes.add(record.postcode)
        self.fillable += 1
        self.filled.update(name for name in record.__struct_fields__ if getattr(record, name) is not None)

    @property
    def lost(self) -> list[Fault]:
        """Faults that lose a whole row."""
        return [fault for fault in self.faults if fault.loses_row]

    @property
    def whole(self) -> bool:
        """Whether absence means anything: a complete list in which every row's id could be read.

        A row that nobody can identify might be any record that seems to be missing.
        """
        return self.delivery.complete and not self.beside_lost and all(fault.record_id for fault in self.lost)

    def counted(self) -> Counted:
        """What the checks judge."""
        return Counted(
            feed=self.delivery.feed,
            as_at=self.delivery.as_at,
            complete=self.delivery.complete,
            increment=self.delivery.increment,
            rows=self.handed,
            repeated=self.repeated,
            lost=len(self.lost),
            care_homes=self.care_homes,
            fillable=self.fillable,
            filled=dict(self.filled),
        )
