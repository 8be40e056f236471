"""Boundaries over time, and the postcodes that homes have been looked up by."""

from __future__ import annotations

from sqlalchemy import Float, Integer, Text
from sqlalchemy.orm import Mapped, mapped_column

from register.models.base import Base, Version


class AreaVersion(Version):
    """History of ``AreaRecord``: a boundary with the years ONS gives it."""

    __tablename__ = "area_version"

    layer: Mapped[str] = mapped_column(Text)
    code: Mapped[str] = mapped_column(Text)
    name: Mapped[str] = mapped_column(Text)
    geometry: Mapped[str] = mapped_column(Text)
    start: Mapped[int | None] = mapped_column(Integer)
    end: Mapped[int | None] = mapped_column(Integer)


class PostcodePlace(Base):
    """Where a postcode is. Grid metres (Irish Grid for BT), WGS 84 degrees, district code, directory and its month.

    A postcode that the directory does not know is kept too, without coordinates, so that it is asked for once.
    """

    __tablename__ = "postcode"

    postcode: Mapped[str] = mapped_column(Text, primary_key=True)
    easting: Mapped[float | None] = mapped_column(Float(53))
    northing: Mapped[float | None] = mapped_column(Float(53))
    latitude: Mapped[float | None] = mapped_column(Float(53))
    longitude: Mapped[float | None] = mapped_column(Float(53))
    district: Mapped[str | None] = mapped_column(Text)
    source: Mapped[str] = mapped_column(Text)
    source_date: Mapped[str] = mapped_column(Text)
