"""Every kind of record, loaded in either order, in one session or two, on SQLite and on PostgreSQL: one register."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import msgspec
import pytest
from intake_cases import load
from sqlalchemy import Engine, select

from crawler.refresh import replay
from crawler.source import SOURCES
from exercise import build_county
from exercise.publish import write_county
from register.acceptances import Acceptance, accept
from register.council import read_residents, read_vacancies
from register.database import open_database
from register.judgements import write_judgement
from register.matching.match import Matching
from register.matching.tracing import match_snapshot, publish
from register.models import VERSIONS, table_of
from register.reading import load_snapshot, register_digest
from register.records import record_digest
from register.snapshot import Snapshot

JUNE, LEARNT = date(2026, 6, 1), datetime(2026, 7, 2, 3, tzinfo=UTC)
MONTHS = (JUNE, date(2026, 7, 1))
#: The county's files by source, and the two that councils write.
COUNCIL = ("vacancies", "residents")


@pytest.fixture(scope="module")
def months(tmp_path_factory: pytest.TempPathFactory) -> list[tuple[str, date, Path]]:
    """Two months of a county, as every source publishes them: source, day and folder, in order of day."""
    county, found = build_county(20, 7, as_at=JUNE), []
    for day in MONTHS:
        folder = tmp_path_factory.mktemp(f"{day}")
        write_county(county, folder, ["csv"])
        for file in (folder / "cqc_directory_csv").iterdir():
            file.replace(folder / "cqc_directory" / file.name)
        once = {"companies_house_accounts"} if found else set()  # reading a filing costs more than all the rest
        found += [(name, day, folder / name) for name in SOURCES if name not in once and (folder / name).is_dir()]
        found += [(name, day, folder / "council" / f"{name}.csv") for name in COUNCIL]
        county = county.later()
    return found


def take_in(engine: Engine, spool: Path, files: Iterable[tuple[str, date, Path]]) -> None:
    accept(engine, Acceptance("hmlr", SOURCES["hmlr"].licence, "Exercise Council", JUNE))
    for name, day, path in files:
        if name in COUNCIL:
            read = read_vacancies if name == "vacancies" else read_residents
            assert load(engine, spool, read(path, day), source="council").state == "published"
            continue
        report = replay(name, path, engine=engine, today=day, learnt=LEARNT, spool_dir=spool, shown=False, full=True)
        assert report.state == "published", (name, day, report.reasons)


def decide(engine: Engine, snapshot: Snapshot, spool: Path, matching: Matching) -> None:
    """Publish what the matching found, and have a person judge one link against it and one owner."""
    assert publish(snapshot, matching, engine, learnt=LEARNT, spool_dir=spool).state == "published"
    link = matching.links[0]
    for kind, subject, object_, same in (
        ("home stands on title", link.location, link.title, False),
        ("home stands on title", link.location, matching.links[-1].title, True),
    ):
        write_judgement(engine, kind, subject, object_, same=same, judge="A. Person", why="was there", at=LEARNT)


def rows_of(engine: Engine) -> dict[str, list[tuple[Any, ...]]]:
    """All that is believed, by kind; each row's columns make the very record whose digest stands beside them."""
    found: dict[str, list[tuple[Any, ...]]] = {}
    with engine.connect() as connection:
        for kind, model in VERSIONS.items():
            table = table_of(model)
            fields = {field.name: field.type for field in msgspec.structs.fields(kind)}
            lines = []
            for row in connection.execute(select(table).where(table.c.superseded_by.is_(None))).mappings():
                values = {name: row[name] for name in fields if row[name] is not None}
                listed = {
                    n: msgspec.json.decode(v)
                    for n, v in values.items()
                    if str(v).startswith("[") and "tuple" in str(fields[n])
                }
                record = msgspec.convert(values | listed, kind)
                assert record_digest(record) == row["record_digest"], record
                lines.append((row["feed"], row["id"], row["valid_from"], row["valid_to"], record))
            found[kind.__name__] = sorted(lines, key=str)
    return found


def test_every_kind_of_record_in_any_order_is_one_register_on_both_databases(
    engine: Engine, postgresql_engine: Engine, tmp_path: Path, months: list[tuple[str, date, Path]]
) -> None:
    take_in(engine, tmp_path / "sqlite", months)
    backwards = months[::-1]
    take_in(postgresql_engine, tmp_path / "postgresql", backwards[:13])
    again = open_database(postgresql_engine.url)
    take_in(again, tmp_path / "another machine", backwards[10:])  # three of them for the second time
    assert register_digest(engine) == register_digest(again)

    snapshots = [load_snapshot(engine), load_snapshot(again)]
    assert snapshots[0].digest == snapshots[1].digest
    matching = match_snapshot(snapshots[0])
    for one, snapshot in zip((engine, again), snapshots, strict=True):
        decide(one, snapshot, tmp_path / one.dialect.name, matching)
    held, held_again = rows_of(engine), rows_of(again)
    assert held == held_again and all(held.values()), {name for name, rows in held.items() if not rows}
    assert register_digest(engine) == register_digest(again)
    for on in (*MONTHS, None):
        assert load_snapshot(engine, on=on).digest == load_snapshot(again, on=on).digest, on
    judged = load_snapshot(again).digest
    assert judged not in {one.digest for one in snapshots}
    again.dispose()
