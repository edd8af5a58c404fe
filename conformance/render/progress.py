"""How far a run is, in words: as many of them as fit into a line. Nothing in here comes from a server unescaped."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from conformance.model import Standing, Verdict
from conformance.render.escape import clip, for_terminal

_BAD = (Standing.BROKEN, Standing.FAULT, Standing.UNKNOWN)
_GOOD = (Standing.KEPT, Standing.SURPASSED, Standing.UNCLAIMED)
_EARLY = 3.0
"""Seconds after which it can be guessed how long the rest takes."""


@dataclass(frozen=True)
class Status:
    """Where a run stands: `done` of `total` cases, verdicts by standing, what was sent, and for how many seconds."""

    done: int
    total: int
    counts: Counter[Standing]
    requests: int = 0
    tokens: int = 0
    slowest: float = 0.0
    what: str = ""
    seconds: float = 0.0

    @property
    def left(self) -> float | None:
        """About how many seconds the rest takes, going by the cases so far; None where it cannot be guessed yet."""
        if self.seconds < _EARLY or not self.done or self.done >= self.total:
            return None
        return self.seconds * (self.total - self.done) / self.done


def progress_line(status: Status, width: int) -> str:
    """A line of at most `width` columns; what matters least is left out first."""
    told, *more = _parts(status)
    for part in more:
        if len(told) + 2 + len(part) <= width:
            told = f"{told}  {part}"
    return clip(told, width) if width > 0 else ""


def _parts(status: Status) -> Iterator[str]:
    yield f"{status.done}/{status.total} cases"
    yield from _told(status, _BAD) or ["nothing broken"]
    if status.left is not None:
        yield f"about {clock(status.left)} left"
    rate = f" at {status.requests / status.seconds:.1f}/s" if status.seconds >= 1 else ""
    yield f"{status.requests} requests{rate}"
    yield f"{status.tokens} tokens"
    yield from _told(status, _GOOD)
    if status.what:
        yield f"slowest {status.slowest:.1f} s {for_terminal(status.what, 60)}"


def _told(status: Status, standings: Iterable[Standing]) -> list[str]:
    return [f"{status.counts[one]} {one.value}" for one in standings if status.counts[one]]


def clock(seconds: float) -> str:
    """A duration as people read it: 8 s, 2:05 min, 1:00:05 h."""
    whole = round(seconds)
    minutes, rest = divmod(whole, 60)
    if not minutes:
        return f"{rest} s"
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02} h" if hours else f"{minutes}:{rest:02} min"


def failing_line(verdict: Verdict, width: int = 400) -> str:
    """A verdict that fails the gate, the moment it is known."""
    finding = verdict.findings[0].message if verdict.findings else verdict.reason
    name = verdict.case if verdict.matrix is None else f"{verdict.case}@{verdict.matrix}"
    return for_terminal(
        f"fails the gate: {verdict.level.value} {name} {verdict.outcome.value}: {finding or verdict.title}", width
    )


def verdict_line(verdict: Verdict) -> str:
    """Any verdict, one line each, for those who want to see them all."""
    name = verdict.case if verdict.matrix is None else f"{verdict.case}@{verdict.matrix}"
    told = f"{verdict.standing.value:9}  {verdict.outcome.value:8}  {verdict.level.value:6}  {name}  {verdict.seconds:.2f} s"
    return for_terminal(f"{told}{'  ' if verdict.reason else ''}{verdict.reason}")


def counted(verdicts: Iterable[Verdict]) -> Counter[Standing]:
    """Verdicts by standing."""
    return Counter(one.standing for one in verdicts)
