"""What a line of the log says of a fault, and what it never says."""

import json
import logging

import pytest

from web.logs import JsonLines, fault


def raised(error: Exception) -> Exception:
    try:
        raise error
    except Exception as caught:
        return caught


def line(message: str, *given: object, error: Exception | None = None) -> dict[str, str]:
    caught = (type(error), error, error.__traceback__) if error else None
    record = logging.LogRecord("web.test", logging.WARNING, __file__, 1, message, given, caught)
    return dict(json.loads(JsonLines().format(record)))


def test_a_line_has_time_level_logger_and_message() -> None:
    said = line("%d rows wait.", 3)
    assert said.keys() == {"time", "level", "logger", "message"}
    assert (said["level"], said["logger"], said["message"]) == ("warning", "web.test", "3 rows wait.")
    assert said["time"].endswith("+00:00")


def test_a_message_of_several_lines_is_one_line() -> None:
    record = logging.LogRecord("web", logging.INFO, __file__, 1, "一\n二", (), None)
    assert "\n" not in JsonLines().format(record)


def test_a_fault_is_told_by_kind_and_place_without_its_words() -> None:
    said = line("It broke.", error=raised(ValueError("我家住在幸福路")))
    assert said["fault"].startswith("ValueError at test_logs.py:")
    assert "幸福路" not in json.dumps(said, ensure_ascii=False)


def test_what_a_fault_came_from_is_told_too() -> None:
    def chained() -> None:
        try:
            raise KeyError("secret")
        except KeyError as error:
            raise RuntimeError("secret") from error

    with pytest.raises(RuntimeError) as caught:
        chained()
    said = fault(caught.value)
    assert said.startswith("RuntimeError at ")
    assert "; after KeyError at " in said
    assert "secret" not in said


def test_what_was_meant_to_be_left_out_is() -> None:
    def chained() -> None:
        try:
            raise KeyError
        except KeyError:
            raise RuntimeError from None

    with pytest.raises(RuntimeError) as caught:
        chained()
    assert "KeyError" not in fault(caught.value)


def test_an_error_that_caused_itself_ends() -> None:
    error = raised(ValueError())
    error.__cause__ = error
    assert fault(error).count("ValueError") == 1


def test_of_a_deep_fault_the_innermost_places_are_told() -> None:
    def deep(left: int) -> None:
        if not left:
            raise ValueError
        deep(left - 1)

    with pytest.raises(ValueError) as caught:  # noqa: PT011  (its words are left out)
        deep(50)
    assert fault(caught.value).count(" > ") == 5


def test_an_error_that_never_was_raised_is_told_by_its_kind() -> None:
    assert fault(ValueError("secret")) == "ValueError"
