"""Forks children that run the real command line and are killed at an effect; each line of stdin asks for one.

A line is `{"words": [...], "limit": N, "after": bool, "folder": F, "ahead": bool}`; the answer is `{"code": C, "effects": N}`, the code
negative if a signal ended it. The modules are imported once, so that a child costs little.
"""

from __future__ import annotations

import io
import json
import os
import signal
import sys
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from pathlib import Path
from typing import Any

from forks import import_everything
from fuse import Fuse, disk, fused

import batch.beside
import batch.runner.session
from batch.cli import main

import_everything()


def killed() -> None:
    os.kill(os.getpid(), signal.SIGKILL)
    signal.pause()  # the signal comes


def child(ask: dict[str, Any], count: int) -> None:
    fuse = Fuse(limit=ask["limit"], after=ask["after"], stopping=killed)
    opened = batch.runner.session.opened

    @contextmanager
    def watched(*args: Any, **more: Any) -> Any:
        with opened(*args, **more) as context:
            yield fused(context, fuse)

    batch.runner.session.opened = watched
    if ask["ahead"]:
        batch.beside.WORTH_A_THREAD = 0
    sys.argv = ["stockferry", *ask["words"]]
    said = io.StringIO()
    code = 0
    with redirect_stdout(said), redirect_stderr(said), disk(fuse, Path(ask["folder"]) / "state"):
        try:
            main()
        except SystemExit as stop:
            code = int(stop.code or 0)
    os.write(count, json.dumps({"effects": len(fuse.names), "said": said.getvalue()}).encode())
    os._exit(code)


def serve() -> None:
    for line in sys.stdin:
        ask = json.loads(line)
        read, write = os.pipe()
        pid = os.fork()
        if pid == 0:
            os.close(read)
            child(ask, write)
        os.close(write)
        with os.fdopen(read, "rb") as pipe:
            told = pipe.read()
        _, status = os.waitpid(pid, 0)
        answer = {"code": os.waitstatus_to_exitcode(status), **json.loads(told or b"{}")}
        print(json.dumps(answer), flush=True)


if __name__ == "__main__":
    serve()
