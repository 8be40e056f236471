"""The example of how to add a source works as it is printed."""

from __future__ import annotations

import re
import sys
from datetime import date
from pathlib import Path
from types import ModuleType

import pytest

import register.identifiers
from crawler.crawl import spider_class
from crawler.refresh import parser_of
from crawler.source import read_source
from register.records import Delivery, Fault, LocationRecord, Observation

PAGE = (Path(__file__).resolve().parents[1] / "docs" / "add-a-source.md").read_text("utf-8")


def blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```$", PAGE, re.DOTALL | re.MULTILINE)


@pytest.fixture
def example(monkeypatch: pytest.MonkeyPatch) -> None:
    """The example's spider where the crawler looks for one, and its ids among the others."""
    spider, identifier = blocks("python")
    ids = vars(register.identifiers).copy()
    exec(identifier, ids)
    monkeypatch.setattr(register.identifiers, "example_id", ids["example_id"], raising=False)
    module = ModuleType("crawler.spiders.example")
    monkeypatch.setitem(sys.modules, module.__name__, module)
    exec(spider, vars(module))


def test_the_printed_facts_are_those_of_a_source() -> None:
    (text,) = blocks("yaml")
    source = read_source(text, "example.yml")
    assert source.checks.floors.keys() == source.feeds.keys() == {"example/services"}


@pytest.mark.usefixtures("example")
def test_the_printed_spider_reads_the_printed_case(tmp_path: Path) -> None:
    (case,) = blocks("csv")
    path = tmp_path / re.findall(r"`(datastore \S+\.csv)`", PAGE)[0]
    path.write_text(case, encoding="utf-8-sig")
    assert spider_class("example").name == "example"
    delivery, *items = parser_of("example")(path, today=date(2026, 6, 1))
    assert isinstance(delivery, Delivery) and delivery.complete and delivery.as_at == date(2026, 5, 31)
    records = [item.record for item in items if isinstance(item, Observation)]
    assert [(r.id, r.name, r.beds) for r in records if isinstance(r, LocationRecord)] == [
        ("example:12345", "Rose House, Sarn", 24),
        ("example:12346", "Lily Court", None),
    ]
    faults = [(one.row, one.field, one.loses_row) for one in items if isinstance(one, Fault)]
    assert faults == [(3, "Places", False), (4, "Number", True)]
    assert "Sample" not in repr(items)
