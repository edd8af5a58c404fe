"""Keeps watch over one server, as a program of its own: the server outlives nobody.

It starts the server in a process group of its own, says its number in one line, and waits until its own standard input ends,
which also happens where whoever started it was killed. Then it stops the group, first kindly, and removes the folder that the
server had for temporary files. The last argument is a JSON object; see `Watch`. Standard library only, quick to start.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from contextlib import suppress
from dataclasses import asdict, dataclass


@dataclass(frozen=True)
class Watch:
    """What to watch over. The command runs in `place`; `folder` is removed in the end. `stays` is false where the command
    returns while the server runs on; then `stop` ends it.
    """

    command: list[str]
    folder: str
    place: str
    signal: str = "SIGTERM"
    seconds: float = 10.0
    stays: bool = True
    stop: tuple[str, ...] = ()

    def words(self) -> str:
        """The argument of the program."""
        return json.dumps(asdict(self))


def main(words: str) -> int:
    """Starts the server and watches over it; gives its exit code, or 0 if it was stopped here."""
    watch = Watch(**json.loads(words))
    child = subprocess.Popen(watch.command, stdin=subprocess.DEVNULL, stdout=2, cwd=watch.place, start_new_session=True)  # noqa: S603
    sys.stdout.write(f"{child.pid}\n")
    sys.stdout.flush()
    threading.Thread(target=_note_end, args=(child, watch), daemon=True).start()
    sys.stdin.buffer.read()
    _stop(child, watch)
    _leave(child, watch, 0)
    return 0


def _note_end(child: subprocess.Popen[bytes], watch: Watch) -> None:
    """Leaves with a server that ends by itself."""
    code = child.wait()
    if watch.stays or code:
        _leave(child, watch, code if 0 <= code < 256 else 1)


def _stop(child: subprocess.Popen[bytes], watch: Watch) -> None:
    if watch.stop:
        with suppress(OSError, subprocess.TimeoutExpired):
            subprocess.run(watch.stop, stdin=subprocess.DEVNULL, stdout=2, timeout=watch.seconds, check=False)  # noqa: S603
    to_group(child.pid, watch.signal)
    until = time.monotonic() + watch.seconds
    while time.monotonic() < until and (child.poll() is None or to_group(child.pid, "")):
        time.sleep(0.02)


def _leave(child: subprocess.Popen[bytes], watch: Watch, code: int) -> None:
    """Leaves at once, and nothing behind."""
    to_group(child.pid, "SIGKILL")
    shutil.rmtree(watch.folder, ignore_errors=True)
    os._exit(code)


def to_group(pid: int, name: str) -> bool:
    """Sends a signal to a process group (none, but a look whether it is there, for an empty name). False if there is none."""
    number = getattr(signal, name) if name else 0
    try:
        os.killpg(pid, number)
    except OSError:
        return False
    return True


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
