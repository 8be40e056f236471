"""Titles, the homes that stand on them, and what people have judged of either.

The columns of the histories after the shared ones are the fields of the record of the same name in
``register.records``; lists are kept as canonical JSON text. A test holds the two together.
"""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import Boolean, Date, DateTime, Float, Index, Integer, Text
from sqlalchemy.orm import Mapped, mapped_column

from register.models.base import Base, Version


class TitleVersion(Version):
    """History of ``TitleRecord``: a title in a list of corporate owners."""

    __tablename__ = "title_version"

    title: Mapped[str] = mapped_column(Text)
    tenure: Mapped[str | None] = mapped_column(Text)
    address: Mapped[str | None] = mapped_column(Text)
    district: Mapped[str | None] = mapped_column(Text)
    county: Mapped[str | None] = mapped_column(Text)
    region: Mapped[str | None] = mapped_column(Text)
    postcode: Mapped[str | None] = mapped_column(Text)
    schedule: Mapped[bool | None] = mapped_column(Boolean)
    proprietors: Mapped[str | None] = mapped_column(Text)
    more_owners: Mapped[bool | None] = mapped_column(Boolean)
    added_on: Mapped[date | None] = mapped_column(Date)
    removed_on: Mapped[date | None] = mapped_column(Date)


class LinkVersion(Version):
    """History of ``LinkRecord``: a home and a title."""

    __tablename__ = "link_version"

    location: Mapped[str] = mapped_column(Text)
    title: Mapped[str] = mapped_column(Text)
    state: Mapped[str] = mapped_column(Text)
    method: Mapped[str] = mapped_column(Text)
    reason: Mapped[str] = mapped_column(Text)
    score: Mapped[float | None] = mapped_column(Float(53))


class TraceVersion(Version):
    """History of ``TraceRecord``: what the search for a home's building came to."""

    __tablename__ = "trace_version"

    location: Mapped[str] = mapped_column(Text)
    outcome: Mapped[str] = mapped_column(Text)
    untraced: Mapped[str | None] = mapped_column(Text)
    detail: Mapped[str | None] = mapped_column(Text)
    candidates: Mapped[int | None] = mapped_column(Integer)


class JudgementRow(Base):
    """What a person decided of one question, for or against. No row is ever changed: the newest of a question counts.

    ``kind`` says what is asked: "home stands on title" (``subject`` a registration's id, ``object`` a title's), or
    "owner is company" (``subject`` a party's id, ``object`` a company's). ``verdict`` is "same" or "different".
    ``score`` is what the computer had made of it. ``judged`` is UTC without a zone.
    """

    __tablename__ = "judgement"

    number: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=True)
    kind: Mapped[str] = mapped_column(Text)
    subject: Mapped[str] = mapped_column(Text)
    object: Mapped[str] = mapped_column(Text)
    verdict: Mapped[str] = mapped_column(Text)
    judge: Mapped[str] = mapped_column(Text)
    why: Mapped[str] = mapped_column(Text)
    score: Mapped[float | None] = mapped_column(Float(53))
    judged: Mapped[datetime] = mapped_column(DateTime(timezone=False))

    __table_args__ = (Index("ix_judgement_question", "kind", "subject", "object"),)
