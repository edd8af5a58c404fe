"""A terminal to run commands in, and what stays visible of the bytes that they write to it."""

from __future__ import annotations

import fcntl
import os
import pty
import struct
import sys
import termios
from dataclasses import dataclass
from pathlib import Path

LINES = 50


@dataclass(frozen=True)
class Screen:
    """What a command left in a terminal: its exit code, its bytes, and every line as it was when it was left."""

    code: int
    data: bytes
    lines: tuple[str, ...]
    drawn: tuple[str, ...]


def screen(width: int, *arguments: str, cwd: Path, resized: int = 0, **environment: str) -> Screen:
    """Runs the command line in a terminal of so many columns, which has `resized` once there is progress, if that is given."""
    (cwd / "tmp").mkdir(exist_ok=True)
    clean = {name: value for name, value in os.environ.items() if not name.startswith(("OPENAI_", "PYTEST_", "COLUMNS"))}
    ours, theirs = pty.openpty()
    _resize(theirs, width)
    words = [sys.executable, "-m", "conformance", *arguments]
    told = {**clean, "TMPDIR": str(cwd / "tmp"), "TERM": "xterm", **environment}
    actions = [(os.POSIX_SPAWN_DUP2, theirs, number) for number in (0, 1, 2)]
    here = Path.cwd()
    os.chdir(cwd)
    try:
        process = os.posix_spawn(sys.executable, words, told, file_actions=actions, setsid=True)
    finally:
        os.chdir(here)
    os.close(theirs)
    data = _all_from(ours, resized)
    code = os.waitstatus_to_exitcode(os.waitpid(process, 0)[1])
    return Screen(code, data, _left(data), _drawn(data))


def _resize(terminal: int, width: int) -> None:
    fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", LINES, width, 0, 0))


def _all_from(terminal: int, resized: int) -> bytes:
    found = b""
    while True:
        try:
            more = os.read(terminal, 65536)
        except OSError:
            more = b""
        if not more:
            os.close(terminal)
            return found
        found += more
        if resized and b"cases  " in found:
            _resize(terminal, resized)
            resized = 0


def _drawn(data: bytes) -> tuple[str, ...]:
    """Every line that was ever drawn, also those that were drawn over."""
    return tuple(part.partition("\r")[0] for part in data.decode().replace("\r\n", "\n").replace("\n", "\x1b[K").split("\x1b[K"))


def _left(data: bytes) -> tuple[str, ...]:
    """What stands in each line at the end."""
    return tuple(line.rpartition("\x1b[K")[2] for line in data.decode().replace("\r\n", "\n").split("\n"))
