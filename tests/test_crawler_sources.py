"""Every source is two files and a recorded case; what is said of it comes from its YAML."""

from __future__ import annotations

from datetime import UTC, date, datetime
from importlib.resources import files
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Engine

from crawler.crawl import spider_class
from crawler.reading import Unreadable
from crawler.refresh import parser_of, read_published, replay
from crawler.source import SOURCES, SourceProblem, read_source, source_named, sources_page
from register.acceptances import Acceptance, accept
from register.records import Delivery, Fault, LocationRecord, Observation, ProviderRecord

CASES = Path(__file__).resolve().parent / "cases"
TODAY, LEARNT = date(2026, 6, 1), datetime(2026, 6, 1, 3, tzinfo=UTC)


def items_of(name: str) -> list[Delivery | Observation | Fault]:
    return list(read_published(name, CASES / name, today=TODAY))


def with_its_terms_accepted(name: str, engine: Engine) -> None:
    if SOURCES[name].terms:
        accept(engine, Acceptance(name, SOURCES[name].licence, "Exercise Council", LEARNT.date()))


@pytest.mark.parametrize("name", SOURCES)
def test_a_source_says_who_publishes_it_and_under_which_licence(name):
    source = SOURCES[name]
    assert source.publisher and source.licence and source.attribution and source.notes
    assert source.checks.floors, "a source without a floor publishes a bad night"
    assert spider_class(name).name == name
    assert callable(parser_of(name))


@pytest.mark.parametrize("name", SOURCES)
def test_a_sources_recorded_case_is_published_and_its_rows_add_up(name, engine):
    with_its_terms_accepted(name, engine)
    report = replay(name, CASES / name, engine=engine, today=TODAY, learnt=LEARNT, shown=False)
    assert report.state == "published", report.reasons
    assert report.deliveries
    for one in report.deliveries:
        assert one.handed == one.published + one.unchanged + one.quarantined


@pytest.mark.parametrize("name", SOURCES)
def test_the_same_files_read_twice_change_nothing(name, engine):
    with_its_terms_accepted(name, engine)
    replay(name, CASES / name, engine=engine, today=TODAY, learnt=LEARNT, shown=False)
    again = replay(name, CASES / name, engine=engine, today=TODAY, learnt=LEARNT, shown=False)
    assert [(d.published, d.ended) for d in again.deliveries] == [(0, 0)] * len(again.deliveries)


@pytest.mark.parametrize("name", SOURCES)
def test_reading_a_source_twice_gives_the_same_items_in_the_same_order(name):
    assert items_of(name) == items_of(name)


@pytest.mark.parametrize("name", SOURCES)
def test_every_feed_that_a_source_fills_is_named_in_its_yaml(name):
    assert {item.feed for item in items_of(name) if not isinstance(item, Fault)} <= SOURCES[name].feeds.keys()


@pytest.mark.parametrize("name", SOURCES)
def test_no_name_of_a_person_leaves_a_recorded_case(name):
    said = repr(items_of(name))
    assert "Sample" not in said
    assert "@" not in said


@pytest.mark.parametrize("name", ["cqc_api", "cqc_directory", "care_inspectorate"])
def test_of_a_service_that_is_no_care_home_neither_name_nor_address_is_kept(name):
    others = [
        item.record
        for item in items_of(name)
        if isinstance(item, Observation) and isinstance(item.record, LocationRecord) and item.record.care_home is False
    ]
    assert others
    for record in others:
        assert (record.name, record.address, record.postcode, record.town, record.latitude) == (None,) * 5


def test_the_page_of_sources_in_the_documentation_is_what_the_yaml_says():
    page = Path(__file__).resolve().parents[1] / "docs" / "sources.md"
    assert page.read_text("utf-8") == sources_page(), "run: python -m crawler.source > docs/sources.md"


def yaml_of(name: str) -> str:
    return files("crawler").joinpath("sources").joinpath(f"{name}.yml").read_text("utf-8")


@pytest.mark.parametrize(
    ("was", "now", "said"),
    [
        ("publisher: Care Inspectorate\n", "", "publisher"),
        ("max_fall: 0.1", "max_fall: 1.5", "max_fall"),
        ("url: https://", "url: http://", "url"),
        ("licence:", "license:", "license"),
        ("care_inspectorate/services: {rows", "care_inspectorate/other: {rows", "care_inspectorate/other"),
        ("name: care_inspectorate", "name: another", "another"),
        ("notes: >", "notes: [", "YAML"),
        ("notes: >", "corrections: [{since: 2026-13-45}]\nnotes: >", "month must be in 1..12"),
    ],
)
def test_a_source_that_is_written_wrongly_is_refused_by_file_and_key(was, now, said):
    text = yaml_of("care_inspectorate")
    assert was in text
    with pytest.raises(SourceProblem, match=f"care_inspectorate.yml.*{said}"):
        read_source(text.replace(was, now, 1), "care_inspectorate.yml")


def test_a_source_that_does_not_exist_is_answered_with_those_that_do():
    assert source_named("CQC-API") is SOURCES["cqc_api"]
    with pytest.raises(SourceProblem, match="cqc_api, cqc_directory"):
        source_named("nobody")


def test_a_correction_puts_a_known_error_right_and_says_so_until_the_publisher_does():
    from crawler.pipelines import Corrections
    from crawler.source import Correction

    correction = Correction(
        id="cqc:1-9000000101", field="charity", was="508000", now="508001", why="a slip", since=date(2026, 1, 1)
    )
    seen = next(
        item for item in items_of("cqc_api") if isinstance(item, Observation) and item.record.id == correction.id
    )
    corrected, told = Corrections([correction]).process(seen)
    assert isinstance(corrected, Observation) and isinstance(corrected.record, ProviderRecord)
    assert (corrected.record.charity, corrected.raw_digest) == ("508001", seen.raw_digest)
    assert isinstance(told, Fault) and "a slip" in told.reason and not told.loses_row
    assert list(Corrections([correction]).process(corrected)) == [corrected]


def test_a_record_that_ended_before_it_began_is_kept_and_told():
    from crawler.pipelines import Contradictions

    record = ProviderRecord(id="cqc:1-9", registered_on=date(2020, 1, 2), deregistered_on=date(2020, 1, 1))
    seen = Observation(feed="cqc_api/providers", record=record, raw_digest="", origin="x")
    kept, told = Contradictions().process(seen)
    assert kept is seen
    assert isinstance(told, Fault) and told.field == "deregistered_on"


FILES = sorted(p.relative_to(CASES).as_posix() for p in CASES.rglob("*") if p.suffix in (".csv", ".json"))


@pytest.mark.parametrize("file", FILES)
@given(
    damage=st.lists(
        st.tuples(
            st.floats(0, 1), st.integers(0, 40), st.binary(max_size=12) | st.sampled_from([b'"', b",,", b"\n", b"\0"])
        ),
        min_size=1,
        max_size=4,
    )
)
def test_no_damage_whatever_to_a_file_ends_in_anything_but_a_fault_or_a_refusal(tmp_path_factory, file, damage):
    content = (CASES / file).read_bytes()
    for where, length, instead in damage:
        at = int(where * len(content))
        content = content[:at] + instead + content[at + length :]
    path = tmp_path_factory.mktemp("damaged") / Path(file).name
    path.write_bytes(content)
    try:
        items = list(read_published(file.partition("/")[0], path, today=TODAY))
    except Unreadable as refused:
        assert path.name in str(refused)
        return
    for item in items:
        if isinstance(item, Observation):
            assert ":" in item.record.id
        elif isinstance(item, Fault):
            assert item.reason
