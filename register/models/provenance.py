"""Who told us, when, and what could not be read: runs, deliveries, sightings, quarantine."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import BigInteger, Boolean, Date, DateTime, Float, ForeignKey, Index, Integer, Text, false
from sqlalchemy.orm import Mapped, mapped_column

from register.models.base import Base


class RunRow(Base):
    """One refresh of one source. Written in the transaction that publishes it, or keeps it aside.

    ``learnt`` is UTC without a zone. ``state``: "published"; "kept aside" (a check failed, nothing published);
    "abandoned" (stopped before the end). ``reasons`` is a JSON list of sentences. ``requests`` (answers that were
    not new, 304, included), ``received`` (bytes of answers) and ``seconds`` are what the crawl cost; null for files
    that were handed over. ``seconds`` is a clock's and enters no digest.
    """

    __tablename__ = "run"

    id: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=True)
    source: Mapped[str] = mapped_column(Text)
    learnt: Mapped[datetime] = mapped_column(DateTime(timezone=False))
    state: Mapped[str] = mapped_column(Text)
    reasons: Mapped[str] = mapped_column(Text)
    publisher: Mapped[str] = mapped_column(Text)
    licence: Mapped[str] = mapped_column(Text)
    attribution: Mapped[str] = mapped_column(Text)
    requests: Mapped[int | None] = mapped_column(Integer)
    received: Mapped[int | None] = mapped_column(BigInteger)
    seconds: Mapped[float | None] = mapped_column(Float(53))

    __table_args__ = (Index("ix_run_source", "source", "state"),)


class DeliveryRow(Base):
    """One list of one run, with the sum: ``handed`` = ``published`` + ``unchanged`` + ``quarantined``.

    ``kinds`` names the kinds of record in it, comma separated. ``complete`` is what absence was allowed to mean;
    ``increment`` is true of a list of changes alone, on top of the feed's lists before it.
    ``rank`` orders feeds that speak of the same thing on the same day; 0 is followed first. In a run kept aside
    nothing is published or unchanged, and the sum does not hold.
    """

    __tablename__ = "delivery"

    id: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=True)
    run_id: Mapped[int] = mapped_column(Integer, ForeignKey("run.id"))
    feed: Mapped[str] = mapped_column(Text)
    as_at: Mapped[date] = mapped_column(Date)
    complete: Mapped[bool] = mapped_column(Boolean)
    increment: Mapped[bool] = mapped_column(Boolean, server_default=false())
    origin: Mapped[str] = mapped_column(Text)
    kinds: Mapped[str] = mapped_column(Text)
    rank: Mapped[int] = mapped_column(Integer)
    handed: Mapped[int] = mapped_column(Integer)
    published: Mapped[int] = mapped_column(Integer)
    unchanged: Mapped[int] = mapped_column(Integer)
    quarantined: Mapped[int] = mapped_column(Integer)
    ended: Mapped[int] = mapped_column(Integer)
    fields_unread: Mapped[int] = mapped_column(Integer)

    __table_args__ = (Index("ix_delivery_feed", "feed", "as_at"), Index("ix_delivery_run", "run_id"))


class Sighting(Base):
    """A record seen in an incomplete list on a day, first told by a run.

    Keeps loading in any order exact (see ``register.decide``): an unchanged record leaves no other trace.
    """

    __tablename__ = "sighting"

    feed: Mapped[str] = mapped_column(Text, primary_key=True)
    id: Mapped[str] = mapped_column(Text, primary_key=True)
    day: Mapped[date] = mapped_column(Date, primary_key=True)
    run_id: Mapped[int] = mapped_column(Integer, ForeignKey("run.id"))


class QuarantineRow(Base):
    """What could not be read, where and why. ``delivery_id`` is null where a file told nothing at all.

    ``silences``: because of this the list says nothing of ``record_id``; its absence must not look like an end.
    """

    __tablename__ = "quarantine"

    id: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=True)
    run_id: Mapped[int] = mapped_column(Integer, ForeignKey("run.id"))
    delivery_id: Mapped[int | None] = mapped_column(Integer, ForeignKey("delivery.id"))
    feed: Mapped[str] = mapped_column(Text)
    origin: Mapped[str] = mapped_column(Text)
    row: Mapped[int | None] = mapped_column(Integer)
    field: Mapped[str | None] = mapped_column(Text)
    found: Mapped[str | None] = mapped_column(Text)
    reason: Mapped[str] = mapped_column(Text)
    loses_row: Mapped[bool] = mapped_column(Boolean)
    record_id: Mapped[str | None] = mapped_column(Text)
    silences: Mapped[bool] = mapped_column(Boolean)

    __table_args__ = (Index("ix_quarantine_run", "run_id"), Index("ix_quarantine_feed", "feed", "record_id"))


class BookmarkRow(Base):
    """Where a source was left off, so that the next night asks only for what is new. Written with the run it is of.

    ``name`` is the source's own: an address (``value``: its ETag or Last-Modified), a stream (its timepoint).
    """

    __tablename__ = "bookmark"

    source: Mapped[str] = mapped_column(Text, primary_key=True)
    name: Mapped[str] = mapped_column(Text, primary_key=True)
    value: Mapped[str] = mapped_column(Text)
    run_id: Mapped[int] = mapped_column(Integer, ForeignKey("run.id"))


class AcceptanceRow(Base):
    """That somebody accepted a publisher's licence, for a source whose data may not be passed on."""

    __tablename__ = "acceptance"

    number: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=True)
    source: Mapped[str] = mapped_column(Text)
    licence: Mapped[str] = mapped_column(Text)
    accepted_by: Mapped[str] = mapped_column(Text)
    accepted_on: Mapped[date] = mapped_column(Date)
