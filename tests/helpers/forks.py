"""Real processes of the command line that start at once: forks of one that has imported everything.

A test runs `Forks.start`; this file run as a script is the process that they are forks of. Each line of its stdin asks for one thing:
`{"words": [...], "said": F}` starts one whose stdout and stderr are added to that file, and answers `{"pid": N}`; `{"ended": N}` answers
with `{"code": C}` of one that has ended.
"""

from __future__ import annotations

import json
import os
import select
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from importlib import import_module
from pathlib import Path
from pkgutil import walk_packages
from typing import Any

ROOT = Path(__file__).parents[2]


@dataclass
class Forked:
    """A process that was started, with the methods of a `subprocess.Popen`. `said`: the file of what it says."""

    pid: int
    said: Path
    forks: Forks
    returncode: int | None = None
    _ends: int = field(init=False)

    def __post_init__(self) -> None:
        self._ends = os.pidfd_open(self.pid)

    def poll(self) -> int | None:
        return self._ended(0)

    def wait(self, timeout: float | None = None) -> int:
        code = self._ended(timeout)
        if code is None:
            raise subprocess.TimeoutExpired("stockferry", timeout or 0)
        return code

    def send_signal(self, number: signal.Signals) -> None:
        if self.returncode is None:
            signal.pidfd_send_signal(self._ends, number)

    def kill(self) -> None:
        self.send_signal(signal.SIGKILL)

    def _ended(self, timeout: float | None) -> int | None:
        if self.returncode is None and select.select([self._ends], [], [], timeout)[0]:
            self.returncode = int(self.forks.ask(ended=self.pid)["code"])
            os.close(self._ends)
        return self.returncode


@dataclass(frozen=True)
class Forks:
    """The process that others are forks of."""

    process: subprocess.Popen[str]

    def start(self, *words: object, said: Path) -> Forked:
        """`stockferry` with these words; what it says is added to a file."""
        said.touch()
        pid = self.ask(words=[str(word) for word in words], said=str(said))["pid"]
        return Forked(pid, said, self)

    def ask(self, **asked: object) -> dict[str, Any]:
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(json.dumps(asked) + "\n")
        self.process.stdin.flush()
        answer: dict[str, Any] = json.loads(self.process.stdout.readline())
        return answer


@contextmanager
def forks() -> Iterator[Forks]:
    """Starts that process; it is gone at the end."""
    command = [sys.executable, "-u", __file__]
    paths = {**os.environ, "PYTHONPATH": str(ROOT)}
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=paths
    ) as process:
        yield Forks(process)
        assert process.stdin is not None
        process.stdin.close()


def import_everything() -> None:
    """Whatever a command imports is there before the fork."""
    for package in ("batch", "formats"):
        for module in walk_packages(import_module(package).__path__, f"{package}."):
            import_module(module.name)


def serve() -> None:
    import_everything()
    for line in sys.stdin:
        asked = json.loads(line)
        if "ended" in asked:
            _, status = os.waitpid(asked["ended"], 0)
            answer = {"code": os.waitstatus_to_exitcode(status)}
        else:
            pid = os.fork()
            if pid == 0:
                return become(asked["words"], asked["said"])
            answer = {"pid": pid}
        print(json.dumps(answer), flush=True)
    return None


def become(words: list[str], said: str) -> None:
    """Goes on as the command line, which ends this process."""
    from batch.cli import main  # noqa: PLC0415 - for the script alone

    out = os.open(said, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)
    for opened, place in ((os.open(os.devnull, os.O_RDONLY), 0), (out, 1), (out, 2)):
        os.dup2(opened, place)
    sys.argv = ["stockferry", *words]
    main()


if __name__ == "__main__":
    serve()
