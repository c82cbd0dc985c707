"""Ablations: what is left out is out, places are judged by their text, and the page shows what was measured."""

from __future__ import annotations

import gzip
import json
from dataclasses import replace
from pathlib import Path

import pytest

from eval.__main__ import main
from eval.ablation import FULL, RANKER, Ablation, Row, Unprepared, ablate
from eval.ablation_report import markdown
from eval.baselines import tutorial, vectors_only, words_only
from eval.questions import WAYS
from eval.unprepared import HELD_OUT, LeftOut, haystack_questions, make_collection
from rag.errors import BulletinError
from rag.index import Index, open_index
from rag.settings import DEFAULT_ENCODER, Settings
from rag.text.spans import quote
from tests.conftest import SIREN
from train.sources import Sources

LEFT_OUT = LeftOut(DEFAULT_ENCODER, ("lingang-zone-2024",))


@pytest.fixture(scope="module")
def training(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Public training files in small: two documents that are held out, one that is not, and a question on each."""
    folder = tmp_path_factory.mktemp("training")
    sources = Sources(folder, folder, hold_out=HELD_OUT)
    titles = [f"河北省第{number}号建设工作的通知" for number in range(40)]
    held = [title for title in titles if sources.held_out(title)][:2]
    known = next(title for title in titles if not sources.held_out(title))
    texts = {
        held[0]: "各县应当在每年六月底以前完成水库清淤，费用由省财政补助三成。",
        held[1]: "民办托育机构每招收一名三岁以下幼儿，每月补助二百元。",
        known: "高速公路服务区应当设置充电桩，每处不少于四个。",
    }
    _write(folder / "titles_hebei_gov_docs.jsonl.gz", [{"title": t, "text": x} for t, x in texts.items()])
    _write(folder / "titles_gov_cn_policies.jsonl.gz", [])
    asked = [{"query": "水库清淤几月前干完？", "style": "col", "title": held[0], "passage": texts[held[0]]}]
    asked += [{"query": "charging points", "style": "en", "title": known, "passage": texts[known]}]
    _write(folder / "pairs_civic_questions.jsonl.gz", asked)
    return folder


def _write(file: Path, records: list[dict[str, str]]) -> None:
    with gzip.open(file, "wt", encoding="utf-8") as opened:
        opened.writelines(json.dumps(record, ensure_ascii=False) + "\n" for record in records)


def test_nothing_is_written_beside_a_bulletin_left_out(training: Path, tmp_path: Path) -> None:
    index = open_index(make_collection(LEFT_OUT, training, Settings(), tmp_path), quiet=True)
    assert "lingang-zone-2024.txt" in index.manifest.files
    assert not any(p.fields.questions or p.fields.renderings for p in index.passages)


def test_only_documents_held_out_stand_around_it(training: Path, tmp_path: Path) -> None:
    folder = make_collection(LEFT_OUT, training, Settings(), tmp_path).bulletins
    texts = [file.read_text(encoding="utf-8") for file in folder.glob("other-*.txt")]
    assert len(texts) == 2
    assert not any("充电桩" in text for text in texts)


def test_questions_about_the_haystack_know_their_place(training: Path, tmp_path: Path) -> None:
    settings = make_collection(LEFT_OUT, training, Settings(), tmp_path)
    (one,) = haystack_questions(training)
    text = (settings.bulletins / one.source).read_text(encoding="utf-8")
    assert text[slice(*one.span)].startswith("各县应当在每年六月底以前完成水库清淤")
    assert one.way == "zh_hard"


def test_a_missing_encoder_is_named(training: Path, tmp_path: Path) -> None:
    with pytest.raises(BulletinError, match="train encoder --leave-out lingang-zone-2024"):
        make_collection(replace(LEFT_OUT, encoder=tmp_path / "none"), training, Settings(), tmp_path)


def test_an_unknown_bulletin_is_named(training: Path, tmp_path: Path) -> None:
    with pytest.raises(BulletinError, match="No bulletin atlantis"):
        make_collection(replace(LEFT_OUT, bulletins=("atlantis",)), training, Settings(), tmp_path)


@pytest.mark.parametrize("make", [words_only, vectors_only, tutorial])
def test_a_baseline_gives_up_to_ten_places_of_the_source(make: object, index: Index) -> None:
    assert callable(make)
    found = make(index)(SIREN)
    assert [passage.rank for passage in found] == list(range(1, len(found) + 1))
    assert 0 < len(found) <= 10  # words alone find only what holds one of them
    for passage in found:
        text = index.source_text(passage.source)
        assert passage.text == quote(text, passage.spans)


def test_words_alone_find_words(index: Index) -> None:
    assert "防空警报" in words_only(index)("防空警报试鸣时间")[0].text


def test_a_signal_alone_or_left_out_ranks_otherwise(small: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    from eval.questions import load_facts

    facts = [fact for fact in load_facts() if fact.file in ("linyi-city-2025.txt", "lingang-zone-2024.txt")]
    monkeypatch.setattr("eval.ablation.load_facts", lambda: facts[::8])
    found = ablate(small, [], Path())
    values = {(r.system, r.way): r.reciprocal_rank for r in found.signals if r.group == "test"}
    assert values["text alone", "en"] < values["without text", "en"]
    assert values["number alone", "zh"] < values[FULL, "zh"]
    assert values[FULL, "zh"] > 0.5


def test_the_page_shows_every_measurement() -> None:
    rows = [Row(group, FULL, way, 3, 0.5, 0.25) for group in ("test", "dev") for way in WAYS]
    bulletin = "lingang-zone-2024"
    at_home = [Row(bulletin, FULL, way, 3, 0.75, 0.625) for way in WAYS]
    alone = [Row(bulletin, FULL, way, 3, 0.125, 0.0625) for way in WAYS]
    others = [Row("other province", FULL, "en", 7, 0.875, 0.375)]
    page = markdown(
        Ablation(rows, at_home, [Unprepared((bulletin,), 9, 99, (RANKER,), [*alone, *others])], (8, 11))
    )
    for expected in ("0.500 / 0.250", "0.750 / 0.625", "0.125 / 0.062", "0.875 / 0.375", "8 ms", RANKER):
        assert expected in page


def test_leaving_out_without_saying_among_what_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["ablate", "--leave-out", "models/x", "lingang-zone-2024"]) == 1
    assert "--training" in capsys.readouterr().err
