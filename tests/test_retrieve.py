import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from eval.questions import load_facts
from rag.answer import Engine
from rag.asking.lexicon import load_lexicon
from rag.asking.query import articles_in
from rag.index import open_index
from rag.retrieval.retrieve import Retriever
from rag.settings import Settings


def best_documents(engine: Engine, question: str, k: int = 3) -> list[str | None]:
    return [hit.passage.document.number for hit in engine.retriever.search(question, k)[1]]


def test_four_characters_find_the_sentence_they_stand_in(engine: Engine) -> None:
    assert "试鸣" in engine.retriever.search("防空警报", 1)[1][0].passage.reading


def test_everyday_words_find_the_official_text(engine: Engine) -> None:
    assert "临政字〔2025〕75号" in best_documents(engine, "拉警报是哪天啊，真打仗了吗")


def test_english_finds_chinese(engine: Engine) -> None:
    assert "临政字〔2025〕75号" in best_documents(engine, "air-raid siren test date")


@pytest.mark.parametrize(
    ("place", "source"),
    [("临淄区", "linzi"), ("兰山区", "lanshan"), ("Linzi", "linzi"), ("Lingang", "lingang")],
)
def test_the_district_named_comes_first(engine: Engine, place: str, source: str) -> None:
    question = (
        f"{place}政务公开工作由谁负责"
        if not place.isascii()
        else f"who is responsible for open government in {place}"
    )
    assert engine.retriever.search(question, 1)[1][0].passage.chunk.source.startswith(source)


def test_a_document_number_finds_its_document_whatever_else_is_asked(engine: Engine) -> None:
    assert set(best_documents(engine, "临政字〔2025〕59号有什么要求", 2)) == {"临政字〔2025〕59号"}


def test_what_nobody_wrote_for_a_bulletin_is_not_held_against_it(tmp_path: Path, settings: Settings) -> None:
    """One bulletin without renderings and questions among prepared ones is still found first where it answers."""
    data = tmp_path / "data"
    for kind in ("bulletins", "lexicon", "english", "asked", "answered"):
        shutil.copytree(settings.data / kind, data / kind)
    for kind in ("english", "asked", "answered"):
        (data / kind / "linzi-gazette-2018-10.jsonl").unlink()
    index = open_index(replace(settings, data=data, index=tmp_path / "index"), quiet=True)
    retriever = Retriever(index, load_lexicon(data / "lexicon"))
    for fact in load_facts("dev"):
        if fact.file == "linzi-gazette-2018-10.txt" and fact.difficulty == "easy":
            sources = [hit.passage.chunk.source for hit in retriever.search(fact.q_zh, 3)[1]]
            assert fact.file in sources, fact.q_zh


@pytest.mark.parametrize("question", ["临政字〔2025〕75号第二条", "新建标准化直播基地奖励"])
def test_copies_of_a_passage_do_not_crowd_out_the_rest(engine: Engine, question: str) -> None:
    hits = engine.retriever.search(question, 5)[1]
    readings = [hit.passage.reading for hit in hits]
    assert len(set(readings)) == len(readings)


def test_the_article_named_comes_first(engine: Engine) -> None:
    hit = engine.retriever.search("临兰政办发〔2021〕25号第三条", 1)[1][0]
    assert "第3条" in articles_in("".join(hit.passage.chunk.path) + hit.passage.reading[:20])


def test_linzi_and_linyi_are_never_confused(engine: Engine) -> None:
    """Asked of one, documents of the other stand nowhere among the best three."""
    for topic in ("政务公开", "招商引资", "安全生产", "养老服务"):
        for place, other in (("临淄", "linyi"), ("临沂市", "linzi")):
            sources = [h.passage.chunk.source for h in engine.retriever.search(f"{place}{topic}", 3)[1]]
            assert not any(source.startswith(other) for source in sources), (place, topic, sources)


def test_more_is_never_worse_ranked(engine: Engine) -> None:
    few, many = (engine.retriever.search("养老床位", k)[1] for k in (3, 10))
    assert [h.passage.chunk.id for h in few] == [h.passage.chunk.id for h in many[:3]]
    assert [h.score for h in many] == sorted((h.score for h in many), reverse=True)


def test_a_repealed_version_is_left_out_for_the_one_in_force(tmp_path: Path) -> None:
    version = (
        "青山市人民政府关于印发《青山市出租车管理办法》的通知\n青政发〔{year}〕{no}号\n各区人民政府：\n"
        "现将《青山市出租车管理办法》印发给你们。\n青山市人民政府\n{year}年3月1日\n青山市出租车管理办法\n"
        "第一条 出租车起步价为{price}元。\n第二条 本办法自{year}年5月1日起施行。{repeal}\n"
    )
    bulletins = tmp_path / "data" / "bulletins"
    bulletins.mkdir(parents=True)
    repeal = "《青山市出租车管理办法》（青政发〔2019〕8号）同时废止。"
    (bulletins / "a.txt").write_text(version.format(year=2019, no=8, price=6, repeal=""), "utf-8")
    (bulletins / "b.txt").write_text(version.format(year=2024, no=15, price=8, repeal=repeal), "utf-8")
    settings = replace(Settings(), data=tmp_path / "data", index=tmp_path / "index")
    retriever = Retriever(open_index(settings, quiet=True), load_lexicon(Settings().data / "lexicon"))

    def sources(question: str) -> set[str]:
        return {hit.passage.chunk.source for hit in retriever.search(question, 5)[1]}

    assert sources("出租车起步价多少") == {"b.txt"}
    assert "a.txt" in sources("2019年出租车起步价多少")
