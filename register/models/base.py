"""What every table shares, and what every row of history carries.

History has two senses. World time: ``valid_from`` up to but not including ``valid_to`` (null: still so), in days of
the feed's own lists. Knowledge time: from run ``run_id`` until run ``superseded_by`` (null: still believed). No row
of history is ever changed except to say which run stopped believing it.
"""

from __future__ import annotations

from datetime import date

from sqlalchemy import Date, ForeignKey, Index, Integer, String, Text
from sqlalchemy.orm import DeclarativeBase, Mapped, declared_attr, mapped_column


class Base(DeclarativeBase):
    """The declarative base of every table."""


class Version(Base):
    """One interval of one record in one feed: content, evidence, and when it was believed."""

    __abstract__ = True

    version: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=True)
    feed: Mapped[str] = mapped_column(Text)
    id: Mapped[str] = mapped_column(Text)
    valid_from: Mapped[date] = mapped_column(Date)
    valid_to: Mapped[date | None] = mapped_column(Date)

    @declared_attr
    def run_id(cls) -> Mapped[int]:
        """The run from which this was known."""
        return mapped_column(Integer, ForeignKey("run.id"))

    @declared_attr
    def superseded_by(cls) -> Mapped[int | None]:
        """The run that stopped believing it; null while it is believed."""
        return mapped_column(Integer, ForeignKey("run.id"))

    record_digest: Mapped[str] = mapped_column(String(64))
    observed_on: Mapped[date] = mapped_column(Date)
    raw_digest: Mapped[str] = mapped_column(String(64))
    origin: Mapped[str] = mapped_column(Text)
    row: Mapped[int | None] = mapped_column(Integer)

    @declared_attr.directive
    def __table_args__(cls) -> tuple[Index, ...]:
        """An index for the believed rows of a feed, and one for the history of a record."""
        name = cls.__tablename__
        return (
            Index(f"ix_{name}_believed", "feed", "superseded_by", "id"),
            Index(f"ix_{name}_id", "id"),
        )
