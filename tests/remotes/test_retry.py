from __future__ import annotations

from pathlib import Path

import pytest

from batch.errors import Incomplete, LoginRefused, RemoteRefused, StockferryError, Transient
from batch.remotes.contract import Remote
from batch.remotes.local import LocalRemote
from batch.remotes.retry import Connections
from batch.remotes.settings import RemoteSettings


class Counted(LocalRemote):
    """Counts how many are open."""

    opened = 0
    closed = 0

    def __init__(self, folder: Path) -> None:
        super().__init__("wms", folder)
        Counted.opened += 1

    def close(self) -> None:
        Counted.closed += 1


class Failing:
    """An act that raises the given errors, one at a time, and then returns "done"."""

    def __init__(self, *errors: StockferryError) -> None:
        self.errors = list(errors)
        self.remotes: list[Remote] = []

    def __call__(self, remote: Remote) -> str:
        self.remotes.append(remote)
        if self.errors:
            raise self.errors.pop(0)
        return "done"


@pytest.fixture
def pauses() -> list[float]:
    return []


@pytest.fixture
def connections(tmp_path: Path, pauses: list[float]) -> Connections:
    settings = {"here": RemoteSettings(url=str(tmp_path)), "later": RemoteSettings(url="./later")}
    return Connections(settings, base=tmp_path, environ={}, sleep=pauses.append, random=lambda: 1.0)


def opening(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    Counted.opened = Counted.closed = 0
    monkeypatch.setattr("batch.remotes.retry.connect", lambda *_, **__: Counted(tmp_path))


def connected(tmp_path: Path, pauses: list[float], random: float = 1.0, **settings: object) -> Connections:
    table = {"wms": RemoteSettings(url=str(tmp_path), **settings)}
    return Connections(table, base=tmp_path, environ={}, sleep=pauses.append, random=lambda: random)


def test_each_attempt_has_a_connection_of_its_own_and_closes_it(
    tmp_path: Path, pauses: list[float], monkeypatch: pytest.MonkeyPatch
) -> None:
    opening(monkeypatch, tmp_path)
    act = Failing(Transient("dropped"), Incomplete("short"))
    with connected(tmp_path, pauses, random=0.5) as remotes:
        assert remotes.use("wms", act) == "done"
    assert Counted.opened == Counted.closed == len(set(map(id, act.remotes))) == 3
    assert pauses == [1.0, 2.0]


def test_pauses_do_not_grow_beyond_a_minute(tmp_path: Path, pauses: list[float]) -> None:
    act = Failing(*(Transient("dropped") for _ in range(7)))
    connected(tmp_path, pauses, attempts=8).use("wms", act)
    assert pauses == [2, 4, 8, 16, 32, 60, 60]


def test_the_last_error_is_raised_when_attempts_run_out(tmp_path: Path, pauses: list[float]) -> None:
    act = Failing(Transient("one"), Transient("two"), Transient("three"))
    with pytest.raises(Transient, match="three"):
        connected(tmp_path, pauses, random=0.0).use("wms", act)


def test_no_further_attempt_is_made_once_the_time_is_spent(tmp_path: Path, pauses: list[float]) -> None:
    act = Failing(*(Transient("dropped") for _ in range(20)))
    with pytest.raises(Transient):
        connected(tmp_path, pauses, attempts=20, retry_within="10s").use("wms", act)
    assert pauses == [2, 4, 8]


@pytest.mark.parametrize("kind", [RemoteRefused, LoginRefused])
def test_what_will_not_pass_is_not_tried_again(
    tmp_path: Path, pauses: list[float], kind: type[StockferryError]
) -> None:
    act = Failing(kind("no"))
    with pytest.raises(kind, match="no"):
        connected(tmp_path, pauses).use("wms", act)
    assert len(act.remotes) == 1
    assert pauses == []


def test_a_connection_is_kept_for_the_cycle(connections: Connections) -> None:
    act = Failing()
    with connections as remotes:
        assert [remotes.use("here", act), remotes.use("here", act)] == ["done", "done"]
    assert act.remotes[0] is act.remotes[1]


def test_a_broken_connection_is_thrown_away(connections: Connections) -> None:
    act = Failing(Transient("dropped"))
    with connections as remotes:
        assert remotes.use("here", act) == "done"
    assert act.remotes[0] is not act.remotes[1]


def test_a_refusal_keeps_the_connection(connections: Connections) -> None:
    act = Failing(RemoteRefused("no"))
    with connections as remotes:
        with pytest.raises(RemoteRefused):
            remotes.use("here", act)
        assert remotes.use("here", act) == "done"
    assert act.remotes[0] is act.remotes[1]


def test_a_remote_that_cannot_be_connected_is_not_tried_again_in_the_cycle(
    connections: Connections, tmp_path: Path
) -> None:
    with connections as remotes:
        with pytest.raises(RemoteRefused, match="no folder") as first:
            remotes.use("later", Failing())
        (tmp_path / "later").mkdir()
        with pytest.raises(RemoteRefused) as second:
            remotes.use("later", Failing())
        assert remotes.use("here", Failing()) == "done"
    assert first.value is second.value
