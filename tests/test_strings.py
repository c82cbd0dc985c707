"""The words of the interface: every one is used, and says the same to both kinds of reader."""

import re
from pathlib import Path
from string import Formatter

import pytest

from web import strings
from web.strings import Text

WEB = Path(strings.__file__).parent
TEXTS = {name: text for name, text in vars(strings).items() if isinstance(text, Text)}
USES = "\n".join(
    file.read_text(encoding="utf-8")
    for file in [*WEB.rglob("*.py"), *WEB.rglob("*.html"), *WEB.rglob("*.js")]
    if file.name != "strings.py"
)


def placeholders(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name is not None}


@pytest.mark.parametrize("name", TEXTS)
def test_a_text_is_filled_with_the_same_values_in_both_languages(name: str) -> None:
    assert placeholders(TEXTS[name].zh) == placeholders(TEXTS[name].en)


def test_no_text_is_said_nowhere() -> None:
    assert [name for name in TEXTS if not re.search(rf"\b{name}\b", USES)] == []


def test_every_text_that_a_page_names_is_there() -> None:
    named = {found[1] for found in re.finditer(r"""\bt\(["']([A-Z_]+)["']""", USES)}
    assert named
    assert named - TEXTS.keys() == set()
