import pytest

from kubecfg_kubectl import discovery
from kubecfg_kubectl.discovery import SECONDS, Memory


class Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def keep(memory: Memory, key: str, question: str, body: bytes = b"{}") -> None:
    memory.keep(key, question, content_type="application/json", body=body)


def test_an_answer_is_remembered_with_its_type() -> None:
    memory = Memory()
    keep(memory, "ada", "/api", b"[1]")

    known = memory.find("ada", "/api")

    assert known is not None
    assert (known.content_type, known.body) == ("application/json", b"[1]")


def test_it_is_for_one_key_alone() -> None:
    memory = Memory()
    keep(memory, "ada", "/api")

    assert memory.find("ben", "/api") is None


def test_it_is_forgotten_after_a_while() -> None:
    clock = Clock()
    memory = Memory(clock)
    keep(memory, "ada", "/api")

    clock.now += SECONDS

    assert memory.find("ada", "/api") is None


def test_a_key_can_be_forgotten_and_others_stay() -> None:
    memory = Memory()
    keep(memory, "ada", "/api")
    keep(memory, "ben", "/api")

    memory.forget("ada")

    assert (memory.find("ada", "/api"), memory.find("ben", "/api") is None) == (None, False)


def test_the_answer_used_the_longest_time_ago_makes_room(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(discovery, "MOST_BYTES", 10)
    memory = Memory()
    keep(memory, "ada", "/api", b"12345")
    keep(memory, "ada", "/apis", b"12345")
    memory.find("ada", "/api")

    keep(memory, "ada", "/version", b"1")

    assert [memory.find("ada", path) is None for path in ("/api", "/apis", "/version")] == [False, True, False]


def test_a_newer_answer_takes_the_place_and_the_room_of_the_older(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(discovery, "MOST_BYTES", 10)
    memory = Memory()
    for _ in range(5):
        keep(memory, "ada", "/api", b"123456")

    assert memory.find("ada", "/api") is not None
