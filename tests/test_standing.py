"""Whether a document still holds, from its record; and what the sentence opens with."""

from dataclasses import replace
from datetime import date

import pytest

from rag.answering.standing import asks_for_standing, standing
from rag.asking.query import Understanding
from rag.reading.corpus import Document
from rag.text.normal import Language
from tests.test_owed import PLAIN

UNTIL = replace(PLAIN, valid_until="2026-05-31")


@pytest.mark.parametrize(
    ("document", "language", "today", "said"),
    [
        (UNTIL, "zh", date(2026, 5, 31), "仍在有效期内（至2026年5月31日）："),
        (UNTIL, "zh", date(2026, 6, 1), "已过有效期（至2026年5月31日）："),
        (UNTIL, "en", date(2026, 6, 1), "No longer valid; it was valid until 31 May 2026: "),
        (PLAIN, "zh", date(2026, 6, 1), "文件没有写明有效期："),
        (
            replace(UNTIL, replaced_by="甲政发〔2026〕1号"),
            "zh",
            date(2026, 1, 1),
            "已被甲政发〔2026〕1号取代：",
        ),
    ],
)
def test_what_the_record_says(document: Document, language: Language, today: date, said: str) -> None:
    assert standing(document, language, today) == said


@pytest.mark.parametrize(
    ("question", "asks"),
    [
        ("高龄津贴的通知还有效吗？", True),
        ("这个办法什么时候失效？", True),
        ("这份文件是否已经废止？", True),
        ("Is the notice still in force?", True),
        ("Until when is the plan valid?", True),
        ("办法的有效期是几年？", False),
        ("哪个部门负责这个办法？", False),
        ("身份证还有效吗？", False),
        ("津贴多少钱？", False),
    ],
)
def test_only_a_question_for_a_documents_force_asks_for_it(question: str, asks: bool) -> None:
    assert asks_for_standing(Understanding([]).understand(question)) == asks
