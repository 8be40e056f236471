"""The digest as it is read: grouped, in text, as a page, as a feed, and from the command line."""

from __future__ import annotations

import hashlib
import json
import re
import socket
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from itertools import pairwise
from pathlib import Path
from xml.etree import ElementTree

import pytest
from lxml import html

from cli.main import status_of
from crawler.reading import canonical
from exercise import build_county, write_county
from register.change_kinds import SEVERITY, Change, Kind
from register.digest import ALIKE, WIDTH, Digest, Period, arrange, as_text, document
from register.digest_pages import as_atom, as_html, change_id
from register.snapshot import Evidence

MAY, JUNE = date(2025, 5, 31), date(2025, 6, 30)
PERIOD = Period((), MAY, JUNE, ("a" * 64, "b" * 64))
NAMES = {"E08000004": "Oldham", "E08000010": "Wigan", None: None}
ATOM = {"a": "http://www.w3.org/2005/Atom"}
Longstop = Callable[..., tuple[int, str, str]]


def a_change(number: int, kind: Kind = "more beds", *, area: str | None = "E08000004", **fields: object) -> Change:
    seen = Evidence("cqc_api/locations", JUNE, "list.csv", number, f"{number:064x}", 2)
    change = Change(
        kind=kind, home=f"exercise:EX-{number:03d}", name=f"Home {number} (exercise:EX-{number:03d})",
        said="something happened.", day=date(2025, 6, 10), severity=SEVERITY[kind], before="A", after="B",
        provider="exercise:P1", provider_name="Owner Ltd", authority=area, authority_name=NAMES[area], beds=number,
        evidence_before=replace(seen, as_at=MAY), evidence_after=seen,
    )  # fmt: skip
    return replace(change, **fields)


def sections(digest: Digest) -> list[str]:
    return [section.title for section in digest.sections]


def test_the_council_with_the_worst_changes_comes_first_and_sources_before_all():
    stale = a_change(1, "source stale", home=None, name="cqc_api/locations", authority=None)
    good = [a_change(n, "opened") for n in range(2, 12)]
    bad, worse = a_change(20, "fewer beds", area="E08000010"), a_change(21, "closed", area=None)
    digest = arrange([PERIOD], [*good, bad, worse, stale])
    assert sections(digest) == ["Sources", "Homes whose council is not known", "Wigan", "Oldham"]


def test_every_change_stands_in_the_digest_exactly_once():
    changes = [a_change(n, kind, area=area) for n, (kind, area) in enumerate((k, a) for k in SEVERITY for a in NAMES)]
    digest = arrange([PERIOD], changes)
    assert sorted(c.home for c in digest.changes) == sorted(c.home for c in changes)
    assert dict(digest.totals) == dict.fromkeys(SEVERITY, len(NAMES))
    assert len(document(digest)["changes"]) == len(changes)


def test_what_happened_alike_to_many_homes_of_one_provider_is_one_sentence_that_names_each():
    changes = [a_change(n, "new provider", before="Seller (P1)", after="Buyer (P2)") for n in range(1, 15)]
    digest = arrange([PERIOD], changes)
    (line,) = digest.sections[0].lines
    assert line.sentence == (
        "14 homes of Owner Ltd: now registered to Buyer (P2); before, to Seller (P1). None of them has closed."
    )
    text = as_text(digest)
    assert all(f"- Home {n} (" in text for n in range(1, 15))


def test_two_homes_or_two_owners_or_two_ratings_are_not_thrown_together():
    few = [a_change(n, "rating changed") for n in (1, 2)]
    others = [a_change(n, "rating changed", provider=f"exercise:P{n}") for n in (3, 4, 5)]
    unlike = [a_change(n, "rating changed", provider="exercise:P9", after=str(n)) for n in (6, 7, 8)]
    assert [len(line.changes) for line in arrange([PERIOD], [*few, *others, *unlike]).sections[0].lines] == [1] * 8


def test_beds_are_told_home_by_home_however_alike():
    assert "more beds" not in ALIKE and "opened" not in ALIKE
    assert len(arrange([PERIOD], [a_change(n) for n in range(1, 9)]).sections[0].lines) == 8


def test_homes_in_several_areas_are_told_together_first_and_again_in_their_areas():
    areas = ["E08000004", "E08000010", "E08000010"]
    digest = arrange([PERIOD], [a_change(n, "dormant", area=area) for n, area in enumerate(areas)])
    (line,) = digest.across
    assert line.sentence.startswith("3 homes of Owner Ltd in 2 councils' areas: dormant")
    assert len(digest.changes) == 3


def test_text_fits_a_mail_and_says_what_was_compared():
    text = as_text(arrange([PERIOD], [a_change(1)], notes=["A note."], attributions=["Contains public information."]))
    assert max(map(len, text.splitlines())) <= WIDTH
    assert "Compared: from 31 May 2025 to 30 June 2025." in text
    assert "[cqc_api/locations as at 2025-06-30, row 1, sha-256 000000000000" in text
    assert text.rstrip().endswith("Contains public information.")


def test_nothing_changed_is_said_in_words():
    assert "Nothing changed." in as_text(arrange([PERIOD], []))
    assert "Nothing changed." in as_html(arrange([PERIOD], []))
    assert "Nothing changed in what could be compared." in as_text(arrange([PERIOD], [], notes=["ci: no list yet."]))
    assert "Nothing could be compared." in as_text(arrange([], []))


def test_the_page_asks_for_nothing_else_and_a_name_cannot_become_markup():
    evil = '<script>alert("1")</script>&<b>'
    page = as_html(arrange([PERIOD], [a_change(1, name=evil, provider_name=evil)], notes=[evil]))
    assert "<script" not in page and "&lt;script&gt;" in page
    assert not re.search(r"(src|href)=[\"'](?!#)|url\(|@import", page)
    assert "default-src 'none'" in page


def test_the_page_can_be_read_without_seeing_it_and_printed():
    changes = [a_change(n, "dormant") for n in range(3)] + [a_change(9, "closed", area="E08000010")]
    page = html.fromstring(as_html(arrange([PERIOD], changes)))
    assert page.get("lang") == "en-GB"
    assert [len(page.xpath(f"//{tag}")) for tag in ("h1", "main", "title")] == [1, 1, 1]
    levels = [int(heading.tag[1]) for heading in page.xpath("//h1|//h2|//h3")]
    assert all(after - before <= 1 for before, after in pairwise(levels))
    ids = page.xpath("//@id")
    assert len(ids) == len(set(ids))
    linked = [target.removeprefix("#") for target in page.xpath("//a/@href")]
    assert set(linked) <= set(ids) and linked[0] == "main"
    for labelled in page.xpath("//@aria-labelledby"):
        assert labelled in ids
    for table in page.xpath("//table"):
        assert table.xpath("./caption") and all(cell.get("scope") for cell in table.xpath(".//th"))
    assert "@media print" in page.xpath("string(//style)")
    assert "warning" in page.xpath("string(//main)"), "severity is a word, not a colour"


def test_an_invented_county_is_called_so_everywhere():
    digest = arrange([PERIOD], [a_change(1)], invented=True)
    assert as_text(digest).startswith("INVENTED")
    assert "INVENTED" in as_html(digest)
    assert ElementTree.fromstring(as_atom(digest)).findtext("a:title", namespaces=ATOM).startswith("Invented")


def test_the_feed_has_what_the_standard_asks_and_ids_that_stay():
    changes = [a_change(1), a_change(2, "closed", name="A & B <c>"), a_change(1, "dormant")]
    feed = ElementTree.fromstring(as_atom(arrange([PERIOD], changes)))
    entries = feed.findall("a:entry", ATOM)
    for element in (feed, *entries):
        for name in ("id", "title", "updated"):
            assert element.findtext(f"a:{name}", namespaces=ATOM)
    assert feed.findtext("a:author/a:name", namespaces=ATOM)
    ids = [entry.findtext("a:id", namespaces=ATOM) for entry in entries]
    assert len(set(ids)) == 3
    assert feed.findtext("a:updated", namespaces=ATOM) == "2025-06-30T00:00:00Z"
    longer = Period((), MAY - timedelta(days=365), JUNE + timedelta(days=31), ("c" * 64, "d" * 64))
    again = ElementTree.fromstring(as_atom(arrange([longer], [*changes, a_change(7)])))
    assert set(ids) < {entry.findtext("a:id", namespaces=ATOM) for entry in again.findall("a:entry", ATOM)}


def test_the_id_of_a_change_is_fixed_for_good():
    assert change_id(a_change(1)) == "urn:uuid:76a13992-c52e-5568-92e6-8cb1b841d71d"


def test_equal_changes_in_any_order_give_equal_bytes():
    changes = [a_change(n, kind) for n, kind in enumerate(SEVERITY)]
    one, other = arrange([PERIOD], changes), arrange([PERIOD], reversed(changes))
    assert (as_text(one), as_html(one), as_atom(one)) == (as_text(other), as_html(other), as_atom(other))


@pytest.fixture(scope="module")
def months(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A register of the invented county, loaded in November and in December."""
    folder = tmp_path_factory.mktemp("months")
    county = build_county(40, 3, date(2024, 11, 1))
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("LONGSTOP_DATA_DIR", str(folder))
        patch.delenv("LONGSTOP_DATABASE_URL", raising=False)
        for made in (county, county.later(1)):
            files = folder / str(made.as_at)
            write_county(made, files, formats=())
            for source, path in (
                ("ons_boundaries", files / "ons_boundaries" / "topo.json"),
                ("cqc_api", files / "cqc_api"),
            ):
                assert status_of(["refresh", source, "--from", str(path), "--as-at", str(made.as_at)]) == 0
    return folder


@pytest.fixture
def longstop(months: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Longstop:
    """Run the command on that register: status, standard output, standard error."""
    monkeypatch.setenv("LONGSTOP_DATA_DIR", str(months))
    monkeypatch.delenv("LONGSTOP_DATABASE_URL", raising=False)
    monkeypatch.chdir(months)

    def run(*arguments: str | Path) -> tuple[int, str, str]:
        capfd.readouterr()
        status = status_of([str(a) for a in arguments])
        out, err = capfd.readouterr()
        return status, out, err

    return run


def test_without_a_date_the_two_newest_lists_are_compared(longstop: Longstop):
    status, out, err = longstop("changes", "--json")
    assert status == 0, err
    answer = json.loads(out)
    assert answer["periods"][0]["since"] == "2024-11-01" and answer["periods"][0]["on"] == "2024-12-01"
    assert answer["periods"][0]["registers"] == ["exercise"]
    kinds = {change["kind"] for change in answer["changes"]}
    assert {"opened", "new provider", "ended, successor unknown", "more beds"} <= kinds
    dated = json.loads(longstop("changes", "--json", "--since", "2024-11-01", "--on", "2024-12-01")[1])
    assert dated["changes"] == answer["changes"]


def test_a_change_in_json_can_be_followed_to_the_published_record(longstop: Longstop, months: Path):
    for change in json.loads(longstop("changes", "--json")[1])["changes"]:
        evidence = change["evidence_after"]
        published = json.loads((months / evidence["as_at"] / "cqc_api" / f"{evidence['file']}.json").read_bytes())
        assert f"exercise:{published['locationId']}" == change["home"]
        assert hashlib.sha256(canonical(published)).hexdigest() == evidence["sha256"]


def test_files_are_written_and_say_the_same_twice(longstop: Longstop, tmp_path: Path):
    made = []
    for turn in ("one", "two"):
        paths = {kind: tmp_path / turn / f"changes.{kind}" for kind in ("html", "atom", "text")}
        status, out, err = longstop("changes", *(x for kind, path in paths.items() for x in (f"--{kind}", path)))
        assert status == 0, err
        made.append({kind: path.read_bytes() for kind, path in paths.items()})
        assert made[-1]["text"].decode() == out
    assert made[0] == made[1]
    assert b"INVENTED" in made[0]["html"]


def test_one_council_reads_its_own_changes_only(longstop: Longstop):
    everything = json.loads(longstop("changes", "--json")[1])["changes"]
    codes = sorted({change["authority"] for change in everything if change["authority"]})
    own = json.loads(longstop("changes", "--json", "--area", codes[0])[1])["changes"]
    assert own == [change for change in everything if change["authority"] == codes[0]]


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("--since", "2024-12-01", "--on", "2024-11-01"), "changes run from an earlier day to a later one"),
        (("--since", "2024-11-01", "--learnt-since", "2024-11-01"), "give one of them"),
        (("--learnt-since", "2001-01-01"), "nothing was known"),
        (("--area", "Atlantis"), "no home stands"),
        (("--since", "yesterday"), "not a date"),
    ],
)
def test_what_cannot_be_compared_is_refused_in_a_sentence(longstop: Longstop, arguments: tuple[str, ...], says: str):
    status, out, err = longstop("changes", *arguments)
    assert status == 2
    assert says in " ".join(err.split()) and "Traceback" not in err and not out


def test_one_list_alone_is_named_as_nothing_to_compare(longstop: Longstop):
    status, out, err = longstop("changes", "--on", "2024-11-15")
    assert status == 1
    assert "fewer than two whole lists" in out and "fewer than two whole lists" in " ".join(err.split())


def test_a_file_that_cannot_be_written_is_refused(longstop: Longstop, tmp_path: Path):
    (tmp_path / "file").write_text("in the way")
    status, _, err = longstop("changes", "--html", tmp_path / "file" / "page.html")
    assert status == 2 and "cannot be written" in " ".join(err.split())


def test_mail_is_sent_only_where_it_is_configured(longstop: Longstop, monkeypatch: pytest.MonkeyPatch):
    for name in ("SMTP_URL", "MAIL_FROM", "MAIL_TO"):
        monkeypatch.delenv(f"LONGSTOP_{name}", raising=False)
    status, out, err = longstop("changes", "--mail")
    assert status == 2 and "set LONGSTOP_SMTP_URL" in " ".join(err.split()) and not out


def test_a_digest_that_cannot_be_mailed_is_given_all_the_same(longstop: Longstop, monkeypatch: pytest.MonkeyPatch):
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))  # bound and not listening: whoever connects is refused
        monkeypatch.setenv("LONGSTOP_SMTP_URL", f"smtp://127.0.0.1:{nobody.getsockname()[1]}")
        monkeypatch.setenv("LONGSTOP_MAIL_FROM", "me@longstop.example")
        monkeypatch.setenv("LONGSTOP_MAIL_TO", "planning@council.example")
        status, out, err = longstop("changes", "--mail")
    assert status == 1 and "did not take the mail" in " ".join(err.split())
    assert "candidate for closure" in " ".join(out.split())
