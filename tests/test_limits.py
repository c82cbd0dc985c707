"""How much one client may do, by a clock that the test sets."""

import pytest
from limits import parse

from web.limits import Window, client_of

RATE = parse("2/minute")


class Clock:
    now = 1000.0

    def __call__(self) -> float:
        return self.now


def test_what_is_too_much_is_told_when_it_no_longer_is() -> None:
    clock = Clock()
    window = Window(clock)
    assert [window.hit(RATE, "a"), window.hit(RATE, "a")] == [0.0, 0.0]
    clock.now += 20
    assert window.hit(RATE, "a") == pytest.approx(40.0)
    clock.now += 40
    assert window.hit(RATE, "a") == 0.0


def test_what_was_refused_does_not_count() -> None:
    clock = Clock()
    window = Window(clock)
    for _ in range(10):
        window.hit(RATE, "a")
    clock.now += 60
    assert window.hit(RATE, "a") == 0.0


def test_clients_do_not_count_for_each_other() -> None:
    window = Window(Clock())
    assert [window.hit(RATE, name) for name in ("a", "b", "a", "b")] == [0.0] * 4
    assert window.hit(RATE, "b") > 0


def test_nobody_is_told_to_come_back_at_once() -> None:
    clock = Clock()
    window = Window(clock)
    window.hit(RATE, "a")
    window.hit(RATE, "a")
    clock.now += 59.9
    assert window.hit(RATE, "a") == 1.0


def test_what_a_client_did_is_counted_for_the_seconds_of_the_rate() -> None:
    clock = Clock()
    window = Window(clock)
    window.hit(RATE, "a")
    clock.now += 30
    window.hit(RATE, "a")
    assert (window.count(RATE, "a"), window.count(RATE, "b")) == (2, 0)
    clock.now += 31
    assert window.count(RATE, "a") == 1


@pytest.mark.parametrize(
    ("host", "client"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:aaaa::1", "2001:db8:1:2::/64"),
        (None, ""),
        ("testclient", "testclient"),
    ],
)
def test_a_client_is_an_address_or_a_households_network(host: str | None, client: str) -> None:
    assert client_of(host) == client


def test_two_networks_are_two_clients() -> None:
    assert client_of("2001:db8:1:2::1") != client_of("2001:db8:1:3::1")
