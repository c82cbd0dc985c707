import json
from pathlib import Path

import pytest

from rag.cli import main
from rag.settings import Settings
from store.cli import add_commands
from tests.conftest import SIREN


@pytest.fixture
def cli(small: Settings, monkeypatch: pytest.MonkeyPatch) -> Settings:
    monkeypatch.setenv("BULLETIN_DATA", str(small.data))
    monkeypatch.setenv("BULLETIN_INDEX", str(small.index))
    monkeypatch.setenv("BULLETIN_TODAY", "2026-06-01")
    return small


def test_ask_prints_an_answer_with_its_source(cli: Settings, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["ask", SIREN]) == 0
    out = capsys.readouterr().out
    assert "2025年9月18日" in out
    assert "临政字〔2025〕75号" in out
    assert "linyi-city-2025.txt" in out


def test_a_batch_answers_every_line_and_a_bad_question_costs_no_other(cli: Settings, tmp_path: Path) -> None:
    asked, answered = tmp_path / "in.jsonl", tmp_path / "out.jsonl"
    lines = [
        {"id": "a", "question": SIREN},
        {"id": "b", "question": "  "},
        {"id": "c", "question": "air-raid siren"},
    ]
    asked.write_text("\n".join(json.dumps(line) for line in lines), encoding="utf-8")
    assert main(["ask", "--batch", str(asked), "--out", str(answered)]) == 0
    answers = [json.loads(line) for line in answered.read_text(encoding="utf-8").splitlines()]
    assert [a["id"] for a in answers] == ["a", "b", "c"]
    assert answers[1]["abstained"]
    assert "empty" in answers[1]["answer"]


def test_a_broken_batch_line_is_named_and_nothing_is_written(
    cli: Settings, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    asked, answered = tmp_path / "in.jsonl", tmp_path / "out.jsonl"
    asked.write_text('{"id": "a", "question": "?"}\n{"id": 1}\n', encoding="utf-8")
    assert main(["ask", "--batch", str(asked), "--out", str(answered)]) == 1
    assert "in.jsonl, line 2" in capsys.readouterr().err
    assert not answered.exists()


@pytest.mark.parametrize(
    "arguments",
    [["ask"], ["ask", ""], ["ask", "x" * 100_000], ["ask", "q", "--batch", "f"], ["ask", "--batch", "f"]],
)
def test_a_wrong_call_is_one_line_and_no_traceback(
    cli: Settings, arguments: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(arguments) == 1
    error = capsys.readouterr().err
    assert error.startswith("Error: ") or "\nError: " in error
    assert "Traceback" not in error


def test_search_lists_passages_best_first(cli: Settings, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["search", "防空警报", "-k", "3", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert [p["rank"] for p in found] == [1, 2, 3]
    assert "防空警报" in found[0]["text"]


def test_search_explains_what_a_score_is_made_of(cli: Settings, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["search", "临沂防空警报", "-k", "1", "--explain"]) == 0
    out = capsys.readouterr().out
    assert "late " in out
    assert "place 5.00" in out


def test_documents_lists_them_for_people_and_programs(
    cli: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["documents", "--json"]) == 0
    listed = json.loads(capsys.readouterr().out)
    siren = next(d for d in listed if d["number"] == "临政字〔2025〕75号")
    assert siren["signed_on"] == "2025-09-07"
    assert siren["published_on"] == "2025-09-09"
    assert main(["documents"]) == 0
    assert "临政字〔2025〕75号" in capsys.readouterr().out


def test_a_bulletin_goes_in_is_found_and_comes_out_with_nothing_lost(
    cli: Settings, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "park.txt"
    file.write_text("关于开放人民公园的通告\n人民公园自2026年7月1日起全天免费开放。\n", encoding="utf-8")
    assert main(["add", str(file)]) == 0
    assert main(["ask", "人民公园什么时候免费开放？"]) == 0
    assert "2026年7月1日" in capsys.readouterr().out
    assert main(["remove", "park.txt"]) == 0
    assert (cli.data / "removed" / "park.txt").read_bytes() == file.read_bytes()
    capsys.readouterr()
    assert main(["documents"]) == 0
    assert "park" not in capsys.readouterr().out


def test_adding_what_is_no_bulletin_changes_nothing(
    cli: Settings, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = sorted(p.name for p in cli.bulletins.iterdir())
    (tmp_path / "empty.txt").write_bytes(b"")
    (tmp_path / "good.txt").write_text("关于开放公园的通告\n公园自2026年7月1日起开放。\n", encoding="utf-8")
    assert main(["add", str(tmp_path / "good.txt"), str(tmp_path / "empty.txt")]) == 1
    assert "empty.txt" in capsys.readouterr().err
    assert sorted(p.name for p in cli.bulletins.iterdir()) == before


def test_a_bulletin_of_the_same_name_is_not_overwritten_unasked(
    cli: Settings, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "linyi-city-2025.txt"
    file.write_text("关于开放公园的通告\n公园自2026年7月1日起开放。\n", encoding="utf-8")
    assert main(["add", str(file)]) == 1
    assert "--replace" in capsys.readouterr().err


def test_removing_an_unknown_bulletin_names_those_there_are(
    cli: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["remove", "nothing.txt"]) == 1
    assert "linyi-city-2025.txt" in capsys.readouterr().err


def test_audit_accounts_for_every_character(cli: Settings, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["audit", "--json"]) == 0
    assert len(json.loads(capsys.readouterr().out)) == 2


def test_every_command_explains_itself(capsys: pytest.CaptureFixture[str]) -> None:
    for command in ("index", "ask", "search", "documents", "add", "remove", "enrich", "audit"):
        with pytest.raises(SystemExit) as stopped:
            main([command, "--help"])
        assert stopped.value.code == 0
        assert "usage: python -m rag" in capsys.readouterr().out


def test_the_store_adds_its_command_at_the_edge_and_the_answers_know_nothing_of_it(
    capsys: pytest.CaptureFixture[str],
) -> None:
    for further, there in ((add_commands, True), (None, False)):
        with pytest.raises(SystemExit):
            main(["--help"], further)
        assert ("manage the accounts" in capsys.readouterr().out) == there
