import pytest

from rag.answer import Engine


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
    assert set(best_documents(engine, "临政字〔2025〕47号有什么要求")) == {"临政字〔2025〕47号"}


def test_more_is_never_worse_ranked(engine: Engine) -> None:
    few, many = (engine.retriever.search("养老床位", k)[1] for k in (3, 10))
    assert [h.passage.chunk.id for h in few] == [h.passage.chunk.id for h in many[:3]]
    assert [h.score for h in many] == sorted((h.score for h in many), reverse=True)
