from eval.measure import judge
from eval.questions import load_facts, load_unanswerable, places
from rag.settings import Settings


def test_all_evidence_stands_verbatim_in_its_bulletin() -> None:
    for fact in load_facts():
        text = (Settings().bulletins / fact.file).read_bytes().decode()
        for evidence in fact.evidence:
            assert places(evidence, text), f"{fact.id}: {evidence}"


def test_white_space_in_the_source_does_not_hide_evidence() -> None:
    assert places("一百万元", "奖励一百\n\n万 元。") == [(2, 9)]


def test_ids_are_unique() -> None:
    ids = [fact.id for fact in load_facts()] + [asked.id for asked in load_unanswerable()]
    assert len(ids) == len(set(ids))


def test_a_lying_quote_is_caught() -> None:
    from rag.answer import Answer, Citation, CitedDocument

    fact = load_facts()[0]
    text = (Settings().bulletins / fact.file).read_bytes().decode()
    place = places(fact.evidence[0], text)[0]
    document = CitedDocument("d", "t", None, None, None, None, None, None, None)
    honest = Citation(1, fact.file, (place,), text[place[0] : place[1]], document, ())
    lying = Citation(1, fact.file, (place,), "改过的引文", document, ())
    answer = Answer("", fact.q_zh, "zh", fact.answer_zh, False, 1.0, citations=(honest,))
    assert judge(fact, "zh", answer, text).verbatim
    assert judge(fact, "zh", answer, text).cited
    assert judge(fact, "zh", answer, text).right
    lie = Answer("", fact.q_zh, "zh", fact.answer_zh, False, 1.0, citations=(lying,))
    assert not judge(fact, "zh", lie, text).verbatim
