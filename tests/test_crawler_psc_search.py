"""The search of the snapshot of control: in two passes it finds what following every chain line by line would find."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from crawler.refresh import read_published
from register.records import ControlRecord, Fault, Observation

TODAY = date(2026, 6, 1)
COMPANY = st.integers(1, 12)
#: How a number may be filed for a company: padded or not, with blanks, words or a stop, escaped, in small letters, not.
FORMS = st.sampled_from(
    [
        "{:08d}",
        "{:04d}",
        " {:08d} ",
        "0000 {:04d}",
        "SC{:06d}",
        "sc{:06d}",
        "Sc {}",
        "\u00a0{:08d}",
        "{:07d}.",
        "Company No: {:08d}",
        "",
    ]
)
ENTRIES = st.lists(st.tuples(COMPANY, COMPANY, FORMS, st.booleans(), st.booleans()), min_size=1, max_size=14)


def number_of(company: int) -> str:
    """Companies 1 to 8 have numbers of digits, the others Scottish ones."""
    return f"{company:08d}" if company <= 8 else f"SC{company:06d}"


def line(turn: int, entry: tuple[int, int, str, bool, bool]) -> str:
    company, parent, form, spaced, short = entry
    number = number_of(company)
    made = {
        "company_number": number.lstrip("0") if short else number,
        "data": {
            "kind": "corporate-entity-person-with-significant-control",
            "links": {"self": f"/company/{number}/persons-with-significant-control/corporate-entity/E{turn}"},
            "identification": {"place_registered": "Companies House", "registration_number": form.format(parent)},
        },
    }
    return json.dumps(made) if spaced else json.dumps(made, separators=(",", ":"))


def entries(path: Path, *companies: str) -> list[ControlRecord]:
    items = list(read_published("companies_house_bulk", path, today=TODAY, companies=frozenset(companies)))
    assert not [item for item in items if isinstance(item, Fault) and item.loses_row]
    return [i.record for i in items if isinstance(i, Observation) and isinstance(i.record, ControlRecord)]


@settings(max_examples=80)
@given(ENTRIES)
def test_two_passes_find_every_entry_that_following_the_chains_finds(tmp_path_factory, made):
    from register.parties import uk_company_number

    path = tmp_path_factory.mktemp("snapshot") / "snapshot.json"
    mark = "\ufeff" if made[0][0] % 2 else ""  # some programs that cut a file into parts begin it so
    path.write_text(mark + "".join(line(turn, one) + "\n" for turn, one in enumerate(made)) + "\n", encoding="utf-8")
    everything = entries(path)
    wanted = {"gb-coh:00000001", "gb-coh:SC000009"}
    while above := {n for r in everything if r.company in wanted and (n := uk_company_number(r))} - wanted:
        wanted |= above
    found = entries(path, "gb-coh:00000001", "gb-coh:SC000009")
    assert sorted(r.id for r in found) == sorted(r.id for r in everything if r.company in wanted)
