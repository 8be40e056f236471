"""``longstop accept``: terms are shown, accepted by name, and asked for again where they are missing."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from cli.main import status_of

CASE = Path(__file__).resolve().parent / "cases" / "hmlr"


def test_the_terms_are_shown_accepted_and_then_let_files_in(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    monkeypatch.setenv("LONGSTOP_DATA_DIR", str(tmp_path))
    assert status_of(["refresh", "hmlr", "--from", str(CASE)]) == 2
    assert "longstop accept hmlr --by NAME" in capsys.readouterr().err
    assert status_of(["accept", "hmlr"]) == 0
    shown = capsys.readouterr()
    assert "may be sold, published or passed on" in " ".join(shown.out.split()) and "Not accepted" in shown.err
    assert status_of(["accept", "hmlr", "--by", "Example Council", "--json"]) == 0
    (told,) = json.loads(capsys.readouterr().out)
    assert (told["source"], told["accepted"]["by"], told["times_accepted"]) == ("hmlr", "Example Council", 1)
    assert status_of(["refresh", "hmlr", "--from", str(CASE)]) == 0


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["accept", "cqc_api"], "'cqc_api' has no terms to accept; those that have are hmlr"),
        (["accept", "--by", "Example Council"], "name the source and who accepts"),
        (["accept", "hmlr", "--by", "  "], "name the source and who accepts"),
    ],
)
def test_accepting_what_cannot_be_accepted_is_one_sentence(
    arguments: list[str],
    said: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
):
    monkeypatch.setenv("LONGSTOP_DATA_DIR", str(tmp_path))
    assert status_of(arguments) == 2
    assert said in capsys.readouterr().err
