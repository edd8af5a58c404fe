"""A whole run as a process of its own against hostile behaviours, and what it took: seconds, memory, disk."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

from hostile.behaviours import Meeting
from hostile.server import serving

KEY = "sk-proj-8vT2mWx4Lk9RbNq7ZcYd3HsJf6GpAe5UoKi1-Zz"
CASES = (
    *("models.list.target", "models.retrieve.unknown", "chat.create", "chat.messages.turns", "chat.stream.flag"),
    *("chat.stop.stream", "chat.stream_options.usage", "chat.usage.repeat", "chat.logprobs.stream", "chat.tools.stream"),
    *(
        "chat.json_object.object",
        "chat.n.choices",
        "chat.stream.foreign",
        "errors.unknown-model.refused",
        "errors.recovery.after",
    ),
    *("errors.unknown-model.stream", "errors.malformed.syntax", "errors.route.unknown", "auth.any-key.accepted"),
    *("clients.sdk.create", "clients.sdk.stream", "clients.sdk.unknown-model", "clients.sdk.stream-helper", "clients.sdk.models"),
    *("http.chunked.accepted", "http.connection.reuse", "http.compression.stream", "http.older.answered"),
    *("load.parallel.marked", "load.abort.frees"),
    *("chat.schema", "chat.stream.*", "errors.envelope", "chat.usage*", "http.json", "http.content-type*"),
)
"""A part of the suite that asks through every client, plain and streamed, right and wrong, alone and at once, with the rules
that judge it.
"""
MARK = "HOSTILE_RUN"


@dataclass(frozen=True)
class Attacked:
    """How a run ended. `peak` is resident memory and `disk` the most there was on disk at a time, both in MiB; `left` are
    processes that outlived it; `elsewhere` is what reached the other host, `met` the behaviours that the run came across.
    """

    meeting: Meeting
    folder: Path
    code: int
    out: str
    err: str
    seconds: float
    peak: float
    disk: float
    left: list[int]
    elsewhere: list[bytes]
    asked: list[str]
    met: set[str]

    @property
    def report(self) -> Path:
        return self.folder / "out"


def attack(meeting: Meeting, folder: Path, *more: str, patience: float = 300.0) -> Attacked:
    """Runs the suite against a meeting's behaviours. Raises TimeoutError where the run does not end."""
    folder.mkdir(parents=True)
    (folder / "tmp").mkdir()
    mark = uuid4().hex
    with serving(meeting) as (url, world):
        began = time.monotonic()
        with (folder / "stdout").open("wb") as out, (folder / "stderr").open("wb") as err:
            process = subprocess.Popen(
                [sys.executable, "-m", "conformance", *_arguments(meeting, url), *more],
                cwd=folder,
                env={**_environment(folder), MARK: mark},
                stdout=out,
                stderr=err,
            )
            code, peak, disk = _watch(process, folder, patience)
        seconds = time.monotonic() - began
        return Attacked(
            meeting,
            folder,
            code,
            (folder / "stdout").read_bytes().decode("utf-8"),
            (folder / "stderr").read_bytes().decode("utf-8"),
            seconds,
            peak,
            disk,
            _marked(mark),
            list(world.met_elsewhere),
            list(world.asked),
            set(world.met),
        )


def _arguments(meeting: Meeting, url: str) -> list[str]:
    given = [word.replace("{key}", KEY) for word in meeting.behaviours[0].arguments]
    model = [] if "--model" in given else ["--model", "reference"]
    if given[:2] == ["--model", ""]:
        given = given[2:]
    timeout = [] if "--timeout" in given else ["--timeout", "2"]
    only = [word for name in CASES for word in ("--only", name)]
    return ["run", "--base-url", url, "--report", "out", "--record", "kept", *model, *timeout, *given, *only]


def _environment(folder: Path) -> dict[str, str]:
    clean = {name: value for name, value in os.environ.items() if not name.startswith(("OPENAI_", "PYTEST_"))}
    proxies = dict.fromkeys(("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"), "http://127.0.0.1:9")
    return {**clean, **proxies, "TMPDIR": str(folder / "tmp")}


def _watch(process: subprocess.Popen[bytes], folder: Path, patience: float) -> tuple[int, float, float]:
    """Exit code, peak of memory and peak of disk in MiB."""
    peak, disk, end = 0.0, 0.0, time.monotonic() + patience
    while process.poll() is None:
        peak, disk = max(peak, _peak(process.pid)), max(disk, size_of(folder))
        if time.monotonic() > end:
            process.kill()
            process.wait()
            raise TimeoutError(f"the run did not end within {patience:g} s")
        time.sleep(0.05)
    return process.returncode, peak, max(disk, size_of(folder))


def _peak(pid: int) -> float:
    """The most memory that a process had resident so far. What rusage tells is at least what its parent had at the start."""
    try:
        found = re.search(r"VmHWM:\s+(\d+) kB", Path(f"/proc/{pid}/status").read_text())
    except OSError:
        return 0.0
    return int(found[1]) / 1024 if found else 0.0


def size_of(folder: Path) -> float:
    """MiB on disk below a folder."""
    total = 0
    for root, _, names in os.walk(folder):
        for name in names:
            try:
                total += os.stat(os.path.join(root, name)).st_blocks * 512
            except OSError:  # it was renamed or removed meanwhile
                continue
    return total / 2**20


def _marked(mark: str) -> list[int]:
    """The processes that carry a mark in their environment."""
    found = []
    for path in Path("/proc").glob("[0-9]*/environ"):
        try:
            if f"{MARK}={mark}".encode() in path.read_bytes():
                found.append(int(path.parent.name))
        except OSError:
            continue
    return found
