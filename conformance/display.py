"""Progress while a run is under way: one line that is drawn anew on a terminal, and plain lines at intervals elsewhere.

The line never takes a terminal's last column, so that none wraps by itself, and the cursor is never hidden, so that there is
nothing to restore when the process is killed. https://en.wikipedia.org/wiki/ANSI_escape_code#CSI_sequences
"""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import TextIO

from conformance.model import Verdict
from conformance.render.progress import Status, failing_line, progress_line, verdict_line
from conformance.render.terminal import Look

CLEAR = "\r\x1b[K"
PACE, INTERVAL = 0.2, 15.0
"""Seconds between two drawings on a terminal, and between two plain lines."""


def form_of(wanted: str, level: int, terminal: bool) -> str:
    """How progress is told: live, lines or none. `level` is how often -v was given, less how often -q was."""
    if level < 0 or wanted == "none":
        return "none"
    if wanted != "auto":
        return wanted
    return "live" if terminal and os.environ.get("TERM", "dumb") != "dumb" else "lines"


def columns() -> int:
    """How many columns the terminal has now; 80 where there is none."""
    for stream in (1, 2):
        try:
            return os.get_terminal_size(stream).columns or 80
        except OSError:
            continue
    return 80


def look_of(stream: TextIO) -> Look:
    """How a summary is shown on a stream: https://no-color.org."""
    terminal = stream.isatty()
    return Look(terminal and not os.environ.get("NO_COLOR"), columns() if terminal else 0)


@dataclass
class Display:
    """Tells of a run through `write`. `news` gives the verdicts there are so far, new ones among them; `status` makes of all
    verdicts where the run stands; `gates` says whether one fails the gate.
    """

    write: Callable[[str], object]
    news: Callable[[], Iterable[Verdict]]
    status: Callable[[Iterable[Verdict]], Status]
    gates: Callable[[Verdict], bool]
    form: str = "lines"
    level: int = 0
    width: Callable[[], int] = columns
    interval: float = INTERVAL
    _known: dict[tuple[str, str | None], Verdict] = field(default_factory=dict)
    _drawn: str = ""
    _told: float = field(default_factory=time.monotonic)
    _guard: threading.Lock = field(default_factory=threading.Lock)
    _ended: threading.Event = field(default_factory=threading.Event)
    _thread: threading.Thread | None = None

    def begin(self) -> None:
        """Tells from now on, once, in a thread that never holds up the end of the process."""
        if self.form != "none" and self._thread is None:
            self._thread = threading.Thread(target=self._go, name="display", daemon=True)
            self._thread.start()

    def close(self) -> None:
        """Tells what is left to tell, and leaves an empty line under the cursor."""
        if self._thread is None:
            return
        self._ended.set()
        self._thread.join(5)
        self._thread = None
        self.draw()
        if self.form == "live":
            self.write(CLEAR)

    def _go(self) -> None:
        while not self._ended.wait(PACE):
            self.draw()

    def draw(self) -> None:
        """Tells of new verdicts, and where the run stands."""
        with self._guard:
            told = [line for verdict in self.news() for line in self._lines(verdict)]
            if self.form == "live":
                width = self.width() - 1
                drawn = progress_line(self.status(self._known.values()), width)
                if told or drawn != self._drawn:
                    self._drawn = drawn
                    self.write("".join([CLEAR, *(f"{line}\n" for line in told), drawn]))
                return
            due = time.monotonic() - self._told >= self.interval
            if due:
                self._told = time.monotonic()
                told.append(progress_line(self.status(self._known.values()), 160))
            if told:
                self.write("".join(f"{line}\n" for line in told))

    def _lines(self, verdict: Verdict) -> Iterable[str]:
        if (verdict.case, verdict.matrix) in self._known:
            return
        self._known[verdict.case, verdict.matrix] = verdict
        if self.gates(verdict):
            yield failing_line(verdict, self.width() - 1 if self.form == "live" else 400)
        elif self.level > 0:
            yield verdict_line(verdict)
