"""A document that waits for its upload is at hand once, as far as there is room."""

from __future__ import annotations

from batch.held import Held


def test_a_document_is_given_once() -> None:
    held = Held()
    held.hold(1, b"one")
    held.hold(2, b"two")
    assert [held.take(number) for number in (2, 2, 1, 3)] == [b"two", None, b"one", None]


def test_what_there_is_no_room_for_is_not_held() -> None:
    held = Held(room=5)
    held.hold(1, b"123")
    held.hold(2, b"456")
    held.hold(3, b"78")
    assert [held.take(number) for number in (1, 2, 3)] == [b"123", None, b"78"]


def test_one_alone_is_held_whatever_its_size() -> None:
    held = Held(room=1)
    held.hold(1, b"123")
    held.hold(2, b"4")
    assert [held.take(number) for number in (1, 2)] == [b"123", None]
    held.hold(2, b"4")
    assert held.take(2) == b"4"
