"""Companies House's bulk files: every line read or reported, only the companies that matter, closed over the chain."""

from __future__ import annotations

import csv
import json
import zipfile
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from sqlalchemy import Engine

from crawler.reading import Unreadable
from crawler.refresh import read_published, replay
from crawler.spiders.companies_house_bulk import LINKS, find_files, part_of
from crawler.tables import SourceChanged
from register.intake import Intake
from register.parties import plain_company_name
from register.reading import load_snapshot
from register.records import (
    CompanyRecord,
    ControlRecord,
    Delivery,
    Fault,
    LocationRecord,
    Observation,
    ProviderRecord,
    raw_digest,
)
from register.wanted import companies_that_matter
from register.wanted_landlords import ABROAD

CASE = Path(__file__).resolve().parent / "cases" / "companies_house_bulk"
SNAPSHOT = CASE / "persons-with-significant-control-snapshot-2026-05-31.json"
LISTED = "BasicCompanyDataAsOneFile-2026-05-01.csv"
SOURCE = "companies_house_bulk"
TODAY, LEARNT = date(2026, 6, 1), datetime(2026, 6, 1, 3, tzinfo=UTC)


def read(path: Path, *companies: str) -> list[Delivery | Observation | Fault]:
    return list(read_published(SOURCE, path, today=TODAY, companies=frozenset(companies)))


def controls(items: list[Delivery | Observation | Fault]) -> dict[str, ControlRecord]:
    return {i.record.id: i.record for i in items if isinstance(i, Observation) and isinstance(i.record, ControlRecord)}


def line(company: str, ident: str, **data: object) -> dict[str, object]:
    kind = str(data.setdefault("kind", "corporate-entity-person-with-significant-control"))
    return {
        "company_number": company,
        "data": {
            **data,
            "kind": kind,
            "links": {"self": f"/company/{company}/persons-with-significant-control/x/{ident}"},
        },
    }


def above(company: str, parent: str) -> dict[str, object]:
    where = {"place_registered": "Companies House", "registration_number": parent}
    return line(company, f"of{company}", identification=where, name=f"Exercise {parent} Limited")


def totals(count: int) -> dict[str, object]:
    kind = "totals#persons-of-significant-control-snapshot"
    return {
        "data": {"kind": kind, "persons_of_significant_control_count": count, "generated_at": "2026-05-30T03:00:00Z"}
    }


def written(path: Path, *lines: dict[str, object]) -> Path:
    text = "".join(json.dumps(one, separators=(",", ":")) + "\n" for one in lines)
    if path.suffix == ".zip":
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr(path.with_suffix(".txt").name, text)
    else:
        path.write_text(text, encoding="utf-8")
    return path


def test_the_chain_above_a_wanted_company_is_followed_to_its_end_and_nothing_else_is_taken():
    items = read(SNAPSHOT, "gb-coh:99000001")
    assert {record.company for record in controls(items).values()} == {
        "gb-coh:99000001",
        "gb-coh:99000002",
        "gb-coh:99000003",
    }


def test_of_a_person_nothing_is_kept_but_the_name_and_the_mark():
    alex = controls(read(SNAPSHOT))["psc:99000003/PersonA"]
    assert alex.name == "Mx Alex Exercise001"
    assert alex.person_mark is not None
    said = repr(alex)
    assert "1960" not in said and "Sample" not in said and "England" not in said


def test_every_kind_of_entry_is_read_and_a_date_that_is_none_is_told():
    items = read(SNAPSHOT)
    found = controls(items)
    assert len(found) == 11
    assert found["psc:00990007/Statement1"].statement == "psc-contacted-but-no-response"
    assert found["psc:99000006/Secret1"].ceased is False
    assert found["psc:99000008/exemptions"].exemptions == (
        "disclosure-transparency-rules-chapter-five-applies 2017-04-01/2019-04-01",
        "psc-exempt-as-trading-on-uk-regulated-market 2018-04-01/..",
    )
    assert found["psc:99000004/BodyC"].office_country == "Jersey"
    fault, whole = [item for item in items if isinstance(item, Fault)]
    assert "every company in it is taken" in whole.reason
    assert (fault.field, fault.row, fault.loses_row) == ("notified_on", 11, False)


@pytest.mark.parametrize(
    ("bad", "field"),
    [
        ('{"company_number":"99000001","data":{"kind":"individual-person', None),
        ('{"company_number":"not one","data":{}}', "company_number"),
        (json.dumps(line("99000001", "X", kind="corporate-wizard")), "kind"),
        (json.dumps(above("99000001", "99000002")).replace("/company/99000001", "/company/99000009"), "links.self"),
        ('{"company_number":"99000001","data":[]}', "self"),
        ("[]", None),
    ],
)
def test_a_line_that_cannot_be_read_is_held_back_and_the_others_stand(tmp_path: Path, bad: str, field: str | None):
    path = tmp_path / "snapshot.json"
    path.write_text(f"{json.dumps(above('99000001', '99000002'))}\n{bad}\n{json.dumps(totals(2))}\n", encoding="utf-8")
    items = read(path, "gb-coh:99000001")
    assert set(controls(items)) == {"psc:99000001/of99000001"}
    assert any(i.loses_row and i.row == 2 and i.field in (field, None) for i in items if isinstance(i, Fault))


def test_a_field_never_seen_before_is_reported_once_and_its_value_never_shown(tmp_path: Path):
    strange = [line("99000001", f"P{n}", secret_of_somebody="Sample", natures_of_control=[]) for n in range(3)]
    items = read(written(tmp_path / "s.json", *strange, totals(3)), "gb-coh:99000001")
    (fault,) = [item for item in items if isinstance(item, Fault)]
    assert fault.field == "secret_of_somebody"
    assert "Sample" not in repr(items)


def test_a_snapshot_in_zipped_parts_is_one_list_whatever_part_a_parent_stands_in(tmp_path: Path):
    written(tmp_path / "psc-snapshot-2026-05-31_1of2.zip", above("99000003", "99000004"), above("99000002", "99000003"))
    written(
        tmp_path / "psc-snapshot-2026-05-31_2of2.zip", above("99000001", "99000002"), above("99000008", "1"), totals(4)
    )
    items = read(tmp_path, "gb-coh:99000001")
    assert len(controls(items)) == 3
    *_, delivery = [item for item in items if isinstance(item, Delivery)]
    assert (delivery.as_at, delivery.complete) == (date(2026, 5, 31), True)
    (tmp_path / "psc-snapshot-2026-05-31_1of2.zip").unlink()
    (delivery,) = [item for item in read(tmp_path, "gb-coh:99000001") if isinstance(item, Delivery)]
    assert not delivery.complete


@pytest.mark.parametrize("count", [None, 1, 3])
def test_a_snapshot_whose_totals_do_not_fit_it_ends_nothing(tmp_path: Path, count: int | None):
    lines = [above("99000001", "99000002"), above("99000002", "99000003")]
    items = read(written(tmp_path / "s.json", *lines, *([totals(count)] if count else [])), "gb-coh:99000001")
    (delivery,) = [item for item in items if isinstance(item, Delivery)]
    assert not delivery.complete
    assert any("ends nothing" in item.reason for item in items if isinstance(item, Fault))


def test_companies_that_own_each_other_are_read_once(tmp_path: Path):
    ring = [above("99000001", "99000002"), above("99000002", "99000003"), above("99000003", "99000001")]
    items = read(written(tmp_path / "s.json", *ring, totals(3)), "gb-coh:99000001")
    assert sorted(controls(items)) == ["psc:99000001/of99000001", "psc:99000002/of99000002", "psc:99000003/of99000003"]


def test_a_row_of_the_company_list_stands_alone_whatever_the_quotation_marks_before_it(tmp_path: Path):
    published = (CASE / "BasicCompanyDataAsOneFile-2026-05-01.csv").read_bytes().split(b"\r\n")
    published[2] = published[2].replace(b'LIMITED","', b'LIMITED"","', 1)
    path = tmp_path / "BasicCompanyDataAsOneFile-2026-05-01.csv"
    path.write_bytes(b"\r\n".join(published))
    items = read(path)
    names = [i.record.name for i in items if isinstance(i, Observation) and isinstance(i.record, CompanyRecord)]
    assert names == ['EXERCISE "CARE" LIMITED', "EXERCISE CARE TOPCO LIMITED", "EXERCISE CARE CHARITY"]
    assert [(i.row, i.loses_row) for i in items if isinstance(i, Fault)] == [(3, True)]


def test_a_list_saved_again_without_quotation_marks_is_still_read_for_the_companies_that_matter_alone(tmp_path: Path):
    rows = list(csv.reader((CASE / LISTED).read_text("utf-8").splitlines()))
    with (tmp_path / LISTED).open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(rows)
    everything = {i.record.id for i in read(CASE / LISTED) if isinstance(i, Observation)}
    one = sorted(everything)[-1]
    assert {i.record.id for i in read(tmp_path / LISTED, one) if isinstance(i, Observation)} == {one} < everything


def test_a_file_that_is_neither_list_is_refused_by_name(tmp_path: Path):
    (tmp_path / "other.csv").write_text("a,b\n1,2\n", encoding="utf-8")
    with pytest.raises(Unreadable, match=r"other\.csv"):
        read(tmp_path / "other.csv")
    cut = written(tmp_path / "psc-snapshot-2026-05-31_1of1.zip", above("99000001", "99000002"), totals(1))
    cut.write_bytes(cut.read_bytes()[:-30])
    with pytest.raises(Unreadable, match="cut short"):
        read(cut)


def test_the_newest_files_are_found_on_the_page_in_parts_where_all_parts_are_there():
    page = b"""<a href="persons-with-significant-control-snapshot-2026-05-30.zip">old</a>
      <a href="persons-with-significant-control-snapshot-2026-05-31.zip">one</a>
      <a href="psc-snapshot-2026-05-31_2of2.zip">b</a> <a href="psc-snapshot-2026-05-31_1of2.zip">a</a>"""
    found = find_files(page, "https://x.example/en_pscdata.html", LINKS["companies_house_bulk/control"])
    assert [address.rpartition("/")[2] for address in found] == [f"psc-snapshot-2026-05-31_{n}of2.zip" for n in (1, 2)]
    (one,) = find_files(page.replace(b"_2of2", b"_2of3"), "https://x.example/", LINKS["companies_house_bulk/control"])
    assert one.endswith("snapshot-2026-05-31.zip")
    with pytest.raises(SourceChanged, match="no link"):
        find_files(b"<p>moved</p>", "https://x.example/", LINKS["companies_house_bulk/companies"])
    assert part_of("BasicCompanyData-2026-11-01-part3_7.zip") == (3, 7)
    assert part_of("BasicCompanyDataAsOneFile-2026-11-01.zip") is None


def a_provider(engine: Engine, tmp_path: Path, company: str) -> None:
    with Intake(engine, "cqc_api", learnt=LEARNT, spool_dir=tmp_path / "spool") as intake:
        for feed, record in (
            (
                "cqc_api/locations",
                LocationRecord(id="cqc:1-1", provider_id="cqc:1-2", care_home=True, status="Registered"),
            ),
            ("cqc_api/locations", LocationRecord(id="cqc:1-3", provider_id="cqc:1-4", care_home=False)),
            ("cqc_api/providers", ProviderRecord(id="cqc:1-2", company=company)),
            ("cqc_api/providers", ProviderRecord(id="cqc:1-4", company="gb-coh:99000009")),
        ):
            intake.deliver(Delivery(feed=feed, as_at=TODAY, complete=False, origin="x"))
            intake.take(Observation(feed=feed, record=record, raw_digest=raw_digest(b""), origin="x"))
        assert intake.publish().state == "published"


def test_what_matters_is_what_runs_care_homes_and_what_is_known_to_stand_above(engine: Engine, tmp_path: Path):
    a_provider(engine, tmp_path, "gb-coh:99000001")
    assert companies_that_matter(engine) == {"gb-coh:99000001"}
    report = replay(SOURCE, CASE, engine=engine, today=TODAY, learnt=LEARNT, shown=False)
    assert [(d.feed, d.published) for d in report.deliveries] == [(f"{SOURCE}/companies", 3), (f"{SOURCE}/control", 4)]
    assert companies_that_matter(engine) == {"gb-coh:99000001", "gb-coh:99000002", "gb-coh:99000003"}
    snapshot = load_snapshot(engine)
    assert snapshot.on == TODAY, "lists of companies do not move the day"
    assert sorted(snapshot.companies) == ["gb-coh:99000001", "gb-coh:99000002", "gb-coh:99000003"]
    middle, person = snapshot.controls["gb-coh:99000001"]
    assert (middle.party.id, middle.name_of_number) == ("gb-coh:99000002", None)
    assert (person.active(date(2020, 1, 1)), person.active(TODAY)) == (True, False)
    assert middle.evidence[0].row == 2


def test_the_invented_lines_and_the_sample_of_the_data_pack_are_read_without_a_fault(shared_data: Path):
    folder = shared_data / "companies_house"
    lines = read(folder / "psc_snapshot_shape.jsonl")
    rows = read(folder / "basic_company_data_sample_2023-08.csv")
    assert [len([i for i in items if isinstance(i, Observation)]) for items in (lines, rows)] == [28, 11]
    assert [i.field for i in (*lines, *rows) if isinstance(i, Fault)] == ["kind"], "said once: it ends nothing"
    assert {i.as_at for i in lines if isinstance(i, Delivery)} == {date(2026, 1, 5)}


def test_reading_files_whole_is_no_measure_for_the_nights_that_follow(engine: Engine, tmp_path: Path):
    a_provider(engine, tmp_path, "gb-coh:99000001")
    whole = replay(SOURCE, CASE, engine=engine, today=TODAY, learnt=LEARNT, shown=False, full=True)
    assert [(d.published, d.complete) for d in whole.deliveries] == [(4, False), (11, False)]
    night = replay(SOURCE, CASE, engine=engine, today=TODAY, learnt=LEARNT, shown=False)
    assert night.state == "published", night.reasons
    assert [(d.handed, d.complete) for d in night.deliveries] == [(3, True), (4, True)]


def test_an_overseas_landlord_is_found_by_name_because_no_title_gives_its_number(tmp_path: Path):
    header = '"CompanyName"," CompanyNumber","CountryOfOrigin"'
    rows = [
        '"EXERCISE ""EBB"" HOLDINGS S.A.","OE980003","LUXEMBOURG"',
        '"EXERCISE ""EBB"" HOLDINGS S.A.","99000003","UNITED KINGDOM"',
        '"EXERCISE NEAP LIMITED","OE980004","JERSEY"',
    ]
    path = tmp_path / "BasicCompanyDataAsOneFile-2026-05-01.csv"
    path.write_text("\n".join([header, *rows]) + "\n", encoding="utf-8")
    items = read(path, "gb-coh:99000001", ABROAD + plain_company_name("Exercise Ebb Holdings S.A."))
    found = {item.record.id for item in items if isinstance(item, Observation)}
    assert found == {"gb-coh:OE980003"}
