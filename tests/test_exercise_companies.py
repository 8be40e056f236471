"""The invented county's companies: read back by the real reader, every kind of end is there, nobody in it is real."""

from __future__ import annotations

import json
import re
import zipfile
from collections import Counter
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from covebods import findings
from sqlalchemy import Engine

from crawler.refresh import replay
from exercise.companies import companies_of, psc_lines
from exercise.companies_house import COLUMNS, company_list_name, psc_name, write_bulk
from exercise.county import County, build_county
from exercise.publish import write_county
from graph.control import chains_above, ultimate_owners
from graph.exports import FORMATS
from graph.groups import groups_by
from graph.natures import NATURES, STATEMENTS
from graph.ownership import Network, build_network
from register.reading import load_snapshot
from register.snapshot import Snapshot


@pytest.fixture(scope="module")
def county() -> County:
    return build_county(80, 7)


@pytest.fixture
def loaded(county: County, engine: Engine, tmp_path: Path) -> tuple[Snapshot, Network]:
    """The county in a register: the regulator's records, then the companies."""
    write_county(county, tmp_path / "county", formats=())
    learnt = datetime(2026, 11, 1, 12, tzinfo=UTC)
    for source in ("cqc_api", "companies_house_bulk"):
        report = replay(
            source, tmp_path / "county" / source, engine=engine, today=county.as_at, learnt=learnt, shown=False
        )
        assert report.state == "published", report.reasons
        assert [(d.complete, d.quarantined) for d in report.deliveries] == [(True, 0)] * 2
    snapshot = load_snapshot(engine)
    return snapshot, build_network(snapshot)


def test_the_columns_are_the_published_ones(shared_data: Path):
    published = (shared_data / "companies_house" / "basic_company_data_sample_2023-08.csv").read_text("utf-8")
    assert ",".join(COLUMNS) == published.splitlines()[0]
    assert len(COLUMNS) == 55


def test_two_writings_of_one_county_are_the_same_bytes(county: County, tmp_path: Path):
    for name in ("one", "two"):
        write_bulk(county.stock, county.as_at, tmp_path / name, parts=True)
    files = sorted(path.name for path in (tmp_path / "one").iterdir())
    assert len(files) == 4
    for name in files:
        assert (tmp_path / "one" / name).read_bytes() == (tmp_path / "two" / name).read_bytes()


def test_every_person_and_number_is_invented_and_every_word_is_of_the_vocabulary(county: County):
    def texts(value: Any) -> list[str]:
        if isinstance(value, dict):
            return [t for inner in value.values() for t in texts(inner)]
        return [t for inner in value for t in texts(inner)] if isinstance(value, list) else [str(value)]

    lines = list(psc_lines(companies_of(county.stock, county.as_at), county.as_at))
    for line in lines[:-1]:
        data = line["data"]
        assert re.fullmatch(r"99\d{6}|OE9[89]\d{4}", line["company_number"])
        assert "name" not in data or re.search(r"Sample\d{3}$|EXERCISE|Exercise|invented", data["name"], re.IGNORECASE)
        assert set(data.get("natures_of_control", ())) <= NATURES.keys()
        assert data.get("statement", "all-beneficial-owners-identified") in STATEMENTS
    assert lines[-1]["data"]["persons_of_significant_control_count"] < len(lines)


def test_every_way_in_which_a_chain_ends_is_in_the_county(loaded: tuple[Snapshot, Network]):
    _, network = loaded
    ends = {end.kind for some in ultimate_owners(network).values() for end in some}
    wanted = {"person", "listed company", "council", "charity", "fund or partnership", "protected", "untraced"}
    assert wanted <= ends
    assert any(chains_above(network, node).cycles for node in network)


def test_the_large_chain_ends_in_a_fund_on_the_cayman_islands(loaded: tuple[Snapshot, Network]):
    snapshot, network = loaded
    home = next(h for h in snapshot.homes.values() if h.current.record.brand_id == "EXB1" and h.status == "open")
    (chain,) = chains_above(network, home.id).chains
    assert (chain.ending.kind, chain.ending.offshore, chain.depth) == ("fund or partnership", True, 3)
    assert str(chain.economic) == "42.1875 % to 100 %"
    assert all(tie.control.name_of_number is None for tie in chain.ties if tie.control)


def test_a_quarter_of_three_quarters_is_18_75_per_cent_in_the_county_too(loaded: tuple[Snapshot, Network]):
    snapshot, network = loaded
    shares = Counter(str(c.economic) for home in snapshot.homes for c in chains_above(network, home).chains)
    assert shares["over 18.75 % to 50 %"] >= 2


def test_one_owner_of_several_companies_is_seen_by_control_and_not_by_brand(loaded: tuple[Snapshot, Network]):
    _, network = loaded
    shared = [group for group in groups_by(network, "control50") if group.id.startswith("person:")]
    assert max(len(group.providers) for group in shared) > 1
    assert not {home for group in groups_by(network, "brand") for home in group.homes} & set(
        max(shared, key=lambda group: len(group.providers)).homes
    )


def test_libcovebods_finds_nothing_in_the_whole_county(
    loaded: tuple[Snapshot, Network], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    snapshot, network = loaded
    FORMATS["bods"](snapshot, network, tmp_path / "county.json")
    # The county's files are of a fixed day, which a machine's clock may not have reached.
    found = [one for one in findings(tmp_path / "county.json", monkeypatch) if "future" not in str(one)]
    assert found == []


def test_what_stands_above_a_company_stays_as_it_is_from_month_to_month(county: County):
    def above(of: County) -> dict[str, list[Any]]:
        found: dict[str, list[Any]] = {}
        for entry in companies_of(of.stock, county.as_at).entries:
            found.setdefault(entry["company_number"], []).append({**entry["data"], "etag": None})
        return found

    before, after = above(county), above(county.later(2))
    assert {company: after[company] for company in before if company in after} == before


def test_the_zips_hold_what_their_names_say(county: County, tmp_path: Path):
    write_bulk(county.stock, county.as_at, tmp_path)
    with zipfile.ZipFile(tmp_path / f"{psc_name(county.as_at)}.zip") as archive:
        (member,) = archive.namelist()
        lines = archive.read(member).splitlines()
    assert member == f"{psc_name(county.as_at)}.txt"
    assert "totals" in json.loads(lines[-1])["data"]["kind"]
    assert company_list_name(date(2026, 11, 20)).endswith("2026-11-01")
