from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from batch.receive.look import Sighting, marked, settled, unknown, version
from batch.remotes.contract import Entry

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
SETTLE = timedelta(seconds=10)


def entry(name: str, minute: int = 0, size: int = 10) -> Entry:
    return Entry(name=name, size=size, modified=NOON + timedelta(minutes=minute))


def names(entries: object) -> list[str]:
    return [each.name for each in entries]


def sighting(of: Entry, seconds_ago: int) -> Sighting:
    return Sighting(size=of.size, modified=of.modified, seen_at=NOON - timedelta(seconds=seconds_ago))


def test_files_are_taken_in_order_of_modification_time_then_name() -> None:
    entries = [entry("c.csv", 1), entry("b.csv", 0), entry("a.csv", 1)]
    assert names(unknown(entries, "*.csv", ())) == ["b.csv", "a.csv", "c.csv"]


def test_only_names_that_match_are_taken_and_case_matters() -> None:
    entries = [entry("INV_1.csv"), entry("inv_1.csv"), entry("INV_1.xml"), entry("INV_1.csv.bak")]
    assert names(unknown(entries, "INV_*.csv", ())) == ["INV_1.csv"]


@pytest.mark.parametrize(
    "name", ["a.part", "a.csv.filepart", "a.PARTIAL", "a.tmp", "a.csv.writing", ".a.csv"]
)
def test_a_name_that_says_unfinished_is_never_taken(name: str) -> None:
    assert unknown([entry(name)], "*", ()) == []


def test_a_file_is_known_by_name_size_and_time_together() -> None:
    seen = entry("a.csv", 1, size=10)
    known = {version(seen)}
    assert unknown([seen], "*", known) == []
    assert unknown([entry("a.csv", 1, size=11)], "*", known)
    assert unknown([entry("a.csv", 2, size=10)], "*", known)
    assert unknown([entry("b.csv", 1, size=10)], "*", known)


@pytest.mark.parametrize(("seconds_ago", "ready"), [(9, False), (10, True), (3600, True)])
def test_a_file_is_settled_when_it_was_the_same_at_a_look_so_long_ago(seconds_ago: int, ready: bool) -> None:
    file = entry("a.csv")
    found = settled([file], {"a.csv": sighting(file, seconds_ago)}, NOON, SETTLE)
    assert (found.ready, found.waiting) == (((file,), ()) if ready else ((), (file,)))


@pytest.mark.parametrize("before", [None, entry("a.csv", 0, size=9), entry("a.csv", 1, size=10)])
def test_a_file_that_is_new_or_has_changed_waits(before: Entry | None) -> None:
    file = entry("a.csv", 0, size=10)
    looks = {} if before is None else {"a.csv": sighting(before, 3600)}
    assert settled([file], looks, NOON, SETTLE).waiting == (file,)


def test_without_a_time_to_settle_a_file_is_ready_at_once() -> None:
    assert settled([entry("a.csv")], {}, NOON, timedelta(0)).ready == (entry("a.csv"),)


def test_a_file_that_has_not_settled_holds_back_the_later_ones_of_its_feed() -> None:
    files = [entry("a.csv", 0), entry("b.csv", 1), entry("c.csv", 2)]
    looks = {"a.csv": sighting(files[0], 60), "c.csv": sighting(files[2], 60)}
    found = settled(files, looks, NOON, SETTLE)
    assert names(found.ready) == ["a.csv"]
    assert names(found.waiting) == ["b.csv", "c.csv"]


@pytest.mark.parametrize("marker", ["a.csv.done", "a.csv.ok", "a.done", "a.ok"])
def test_a_file_with_its_marker_beside_it_is_ready(marker: str) -> None:
    assert marked([entry("a.csv")], [entry("a.csv"), entry(marker)]).ready == (entry("a.csv"),)


def test_a_file_without_its_marker_is_left_for_another_look_and_others_are_not() -> None:
    files = [entry("a.csv", 0), entry("b.csv", 1)]
    found = marked(files, [*files, entry("b.done"), entry("c.done")])
    assert names(found.ready) == ["b.csv"]
    assert found.waiting == ()
