"""What the templates have in common: two languages at once, and text that stays text."""

import re
from collections import Counter
from pathlib import Path

import pytest
from jinja2 import UndefinedError

from web import strings
from web.strings import Text
from web.templates import both, draw, environment, visible


def test_a_text_is_said_in_both_languages() -> None:
    assert (
        both(Text("中", "E")) == '<span class="zh" lang="zh-CN">中</span><span class="en" lang="en">E</span>'
    )


def test_one_of_our_texts_is_called_by_its_name() -> None:
    assert both("ASK") == both(strings.ASK)
    with pytest.raises(AttributeError):
        both("NO_SUCH_TEXT")


def test_no_text_takes_the_name_of_another() -> None:
    source = Path(strings.__file__).read_text(encoding="utf-8")
    names = re.findall(r"^([A-Z_]+)(?:: [^=]+)? = ", source, re.MULTILINE)
    assert [name for name, count in Counter(names).items() if count > 1] == []


def test_what_fills_a_text_shows_as_text_in_each_language() -> None:
    said = both(Text("到{day}，{who}", "until {day}, {who}"), day=Text("一日", "the first"), who="<b>")
    assert "到一日，&lt;b&gt;" in said
    assert "until the first, &lt;b&gt;" in said
    assert "<b>" not in said


def test_a_text_takes_texts_as_what_fills_it() -> None:
    assert Text("{a}到{b}", "{a} to {b}").format(a=Text("甲", "A"), b=3) == Text("甲到3", "A to 3")


@pytest.mark.parametrize("sign", ["\x00", "\x1b", "\x7f", "\u202e", "\u2066"])
def test_a_sign_that_a_page_would_obey_is_not_put_out(sign: str) -> None:
    assert visible(f"a{sign}b") == "a\ufffdb"
    assert sign not in draw("answer.html", "searching", 1, f"a{sign}b")


def test_a_question_is_text_wherever_it_is_drawn() -> None:
    hostile = '"><script>alert(1)</script>'
    drawn = draw("answer.html", "searching", 1, hostile) + draw(
        "answer.html", "unanswered", 1, hostile, strings.BUSY
    )
    assert "<script" not in drawn
    assert drawn.count("&lt;script&gt;") == 3


def test_a_value_that_a_template_lacks_is_an_error_and_no_blank() -> None:
    with pytest.raises(UndefinedError):
        environment().from_string("{{ nothing }}").render()


def test_the_way_to_the_desk_is_for_who_is_signed_in() -> None:
    assert 'href="/evaluate"' in draw("frame.html", "header", "/", "李")
    assert 'href="/evaluate"' not in draw("frame.html", "header", "/", None)


@pytest.mark.parametrize(
    ("path", "current"),
    [("/", "/"), ("/documents", "/documents"), ("/documents/d1", "/documents"), ("/documentsx", None)],
)
def test_the_page_one_is_on_is_marked_and_so_is_what_lies_below(path: str, current: str | None) -> None:
    header = draw("frame.html", "header", path, None)
    assert header.count("aria-current") == (current is not None)
    assert current is None or f'href="{current}" aria-current="page"' in header


def test_every_kind_of_outage_is_there_and_none_is_shown_until_it_holds() -> None:
    drawn = draw("frame.html", "outage")
    for text in (strings.OUT_DOWN, strings.OUT_BUSY, strings.OUT_BACK):
        assert both(text) in drawn
    assert drawn.count("hidden") == 4
