from datetime import date
from pathlib import Path

import pytest

from rag.errors import BulletinError
from rag.settings import Settings, stated


def test_what_is_not_set_is_as_it_is_shipped(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in Settings.__dataclass_fields__:
        monkeypatch.delenv(f"BULLETIN_{name.upper()}", raising=False)
    assert Settings.from_environment() == Settings()


def test_every_kind_of_value_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BULLETIN_DATA", "/srv/data")
    monkeypatch.setenv("BULLETIN_TODAY", "2026-06-01")
    monkeypatch.setenv("BULLETIN_LLM_TIMEOUT", "7.5")
    settings = Settings.from_environment()
    assert (settings.bulletins, settings.current_date()) == (Path("/srv/data/bulletins"), date(2026, 6, 1))
    assert settings.llm_timeout == 7.5


def test_an_empty_variable_is_none_but_for_a_prompt_which_may_be_nothing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("BULLETIN_LLM", "")
    monkeypatch.setenv("BULLETIN_RATE", "")
    monkeypatch.setenv("BULLETIN_QUERY_PROMPT", "")
    settings = Settings.from_environment()
    assert (settings.llm, settings.query_prompt, stated("rate")) == (None, "", None)


def test_a_day_that_is_none_is_named_with_what_was_expected(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BULLETIN_TODAY", "1 June")
    with pytest.raises(BulletinError, match=r"BULLETIN_TODAY is '1 June'; expected a date such as"):
        Settings.from_environment()


def test_a_key_is_not_shown() -> None:
    assert "geheim" not in repr(Settings(llm_key="geheim"))
