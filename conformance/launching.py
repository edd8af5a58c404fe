"""Starting a server on a free loopback port, waiting until it is ready, and stopping it with everything that it started."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPException
from pathlib import Path

from conformance import guard
from conformance.guard import Watch, to_group

HOST = "127.0.0.1"
ENGINE = str(Path(__file__).parent / "engine.py")
"""The program of the embedded engine."""
KEPT = 16_384
"""So many bytes of what a server prints are kept, the last."""
_SHOWN = 600
_PAUSE = 0.1
_GRACE = 5.0
"""Seconds beyond its own patience that the guard is given to stop the server."""
_OURS = ("OPENAI_API_KEY", "OPENAI_BASE_URL")
"""The operator's own, and no business of a server."""


class NotStarted(Exception):
    """A server could not be started or did not become ready; the message is one line and says why and what to do."""


@dataclass(frozen=True)
class Ready:
    """When a server is ready: GET `path` answers `status`, within so many seconds."""

    path: str = "/v1/models"
    status: int = 200
    seconds: float = 60.0


@dataclass(frozen=True)
class Start:
    """How to start one server. Placeholders in the command, the environment and `stop` are {host} {port} {model} {tmp}
    {python} and {engine}. `stays` is false where the command returns while the server runs on; `stop` then ends it. The command
    runs in a temporary folder, or `here`: where the suite was started.
    """

    name: str
    command: tuple[str, ...]
    install: str = ""
    environment: Mapping[str, str] = field(default_factory=dict)
    ready: Ready = Ready()
    signal: str = "SIGTERM"
    seconds: float = 10.0
    stays: bool = True
    here: bool = False
    stop: tuple[str, ...] = ()


@dataclass(frozen=True)
class Started:
    """A server that is ready: its address without a path, and the number of its process, which leads a process group."""

    address: str
    pid: int


class Heard:
    """The end of what a server prints, read so that the server never waits for its reader."""

    def __init__(self) -> None:
        self._kept = b""
        self._read, self.write = os.pipe()

    def listen(self) -> None:
        """Reads until nobody can write any more."""
        os.close(self.write)
        threading.Thread(target=self._listen, daemon=True).start()

    def _listen(self) -> None:
        with suppress(OSError):
            while piece := os.read(self._read, KEPT):
                self._kept = (self._kept + piece)[-KEPT:]
        os.close(self._read)

    def last(self) -> str:
        """The last lines, as one."""
        lines = self._kept.decode("utf-8", "replace").splitlines()
        text = " / ".join(line.strip() for line in lines[-8:] if line.strip())
        return "".join(char if char.isprintable() else "?" for char in text)[-_SHOWN:] or "nothing"


@contextmanager
def launched(start: Start, model: str) -> Iterator[Started]:
    """Starts a server that loads a model, waits until it is ready, and stops it afterwards. Raises NotStarted."""
    folder = tempfile.mkdtemp(prefix="conformance-")
    try:
        port = _free_port()
        values = {"host": HOST, "port": str(port), "model": model, "tmp": folder, "python": sys.executable, "engine": ENGINE}
        watch, heard = _watch(start, values), Heard()
        with _guarded(watch, _environment(start, values), heard) as child:
            pid = _number(child)
            try:
                _wait(start, child, port, heard)
                yield Started(f"http://{HOST}:{port}", pid)
                _tell_of_end(start, child, heard)
            finally:
                _stop(child, pid, start.seconds + _GRACE)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _guarded(watch: Watch, environment: Mapping[str, str], heard: Heard) -> subprocess.Popen[bytes]:
    """The guard, in a session of its own, so that Ctrl-C reaches it through us alone."""
    command, pipe = [sys.executable, "-I", "-S", guard.__file__, watch.words()], subprocess.PIPE
    child = subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=heard.write, env=environment, start_new_session=True)  # noqa: S603
    heard.listen()
    return child


def _watch(start: Start, values: Mapping[str, str]) -> Watch:
    """The command with a program that is there. Raises NotStarted."""
    program, *rest = (filled(word, values) for word in start.command)
    found = shutil.which(program)
    if found is None:
        raise NotStarted(f"{start.name} cannot be started: there is no program {program!r}{_hint(start)}")
    stop = tuple(filled(word, values) for word in start.stop)
    place = os.getcwd() if start.here else values["tmp"]
    return Watch([found, *rest], values["tmp"], place, start.signal, start.seconds, start.stays, stop)


def _environment(start: Start, values: Mapping[str, str]) -> dict[str, str]:
    own = {name: value for name, value in os.environ.items() if name not in _OURS}
    return own | {name: filled(value, values) for name, value in start.environment.items()}


def filled(word: str, values: Mapping[str, str]) -> str:
    """A word with its placeholders replaced; other braces are left as they are."""
    for name, value in values.items():
        word = word.replace(f"{{{name}}}", value)
    return word


def _hint(start: Start) -> str:
    return f"; to install it: {start.install}" if start.install else ""


def _free_port() -> int:
    with socket.socket() as found:
        found.bind((HOST, 0))
        return int(found.getsockname()[1])


def _number(child: subprocess.Popen[bytes]) -> int:
    """The server's process, as the guard says it; 0 where it could not even be started."""
    line = child.stdout.readline() if child.stdout else b""
    return int(line) if line.strip().isdigit() else 0


def _wait(start: Start, child: subprocess.Popen[bytes], port: int, heard: Heard) -> None:
    """Waits until the server is ready. A server that ended is never ready, whoever else may answer on its port."""
    until = time.monotonic() + start.ready.seconds
    said = "it does not answer"
    while time.monotonic() < until:
        answer = _answer(port, start.ready.path)
        if child.poll() is not None:
            time.sleep(_PAUSE)
            what = f"did not start: it ended with exit code {child.returncode}"
            raise NotStarted(f"{start.name} {what}; it said: {heard.last()}{_hint(start)}")
        if answer == start.ready.status:
            return
        said = f"GET {start.ready.path} answers {answer}" if answer else said
        time.sleep(_PAUSE)
    raise NotStarted(f"{start.name} is not ready after {start.ready.seconds:g} s: {said}; it said: {heard.last()}")


def _answer(port: int, path: str) -> int:
    """The status that a path is answered with, 0 where nothing answers."""
    connection = HTTPConnection(HOST, port, timeout=5)
    try:
        connection.request("GET", path)
        return connection.getresponse().status
    except (OSError, HTTPException):
        return 0
    finally:
        connection.close()


def _tell_of_end(start: Start, child: subprocess.Popen[bytes], heard: Heard) -> None:
    """Says so where the server did not wait to be stopped."""
    if child.poll() is not None:
        sys.stderr.write(f"{start.name} ended by itself, with exit code {child.returncode}; it said: {heard.last()}\n")


def _stop(child: subprocess.Popen[bytes], pid: int, seconds: float) -> None:
    """Ends the guard, which ends the server, by ending its standard input; and both by force if that does not help."""
    if child.stdin is not None:
        with suppress(OSError):
            child.stdin.close()
    try:
        child.wait(seconds)
    except subprocess.TimeoutExpired:
        child.kill()
        if pid:
            to_group(pid, "SIGKILL")
        child.wait()
