"""A run being watched: what its display shows comes from the cases that ran ahead here, and from what other processes report."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field

from conformance.display import Display, columns, form_of
from conformance.meter import Spent
from conformance.model import Case, Verdict
from conformance.render.progress import Status, counted
from conformance.report import is_gating, is_known
from conformance.session import Run


@dataclass
class Watch:
    """Who watches a run of `total` cases. `shared` tells whether other processes do the work."""

    run: Run
    total: int
    shared: bool
    began: float = field(default_factory=time.monotonic)
    _reported: dict[tuple[str, str | None], Verdict] = field(default_factory=dict)
    _spent: dict[str, Spent] = field(default_factory=dict)
    _seen: set[Case] = field(default_factory=set)

    def display(self, write: Callable[[str], object], wanted: str, level: int, terminal: bool) -> Display:
        """How the run is shown; `level` is how often -v was given, less how often -q was."""
        form = form_of(wanted, level, terminal)
        return Display(write, self.news, self.status, self._gates, form, level, width=columns)

    def report(self, verdict: Verdict) -> None:
        """Takes note of a verdict that pytest was told of."""
        self._reported[verdict.case, verdict.matrix] = verdict

    def spend(self, worker: str, spent: Spent) -> None:
        """Takes note of what a process has sent so far."""
        self._spent[worker] = spent

    def news(self) -> Iterator[Verdict]:
        """Verdicts on cases that are done, those not given before among them."""
        yield from tuple(self._reported.values())
        for case in () if self.shared else self.run.finished():
            if case not in self._seen:
                self._seen.add(case)
                yield from self.run.verdicts(case)

    def status(self, verdicts: Iterable[Verdict]) -> Status:
        """Where the run stands."""
        listed = tuple(verdicts)
        spent = sum(self._spent.values(), Spent()) if self.shared else self.run.meter.spent
        known = len({one.case for one in listed})
        return Status(
            done=known if self.shared else max(known, self.run.done()),
            total=self.total,
            counts=counted(listed),
            requests=spent.requests,
            tokens=spent.tokens,
            slowest=spent.slowest,
            what=spent.what,
            seconds=time.monotonic() - self.began,
        )

    def _gates(self, verdict: Verdict) -> bool:
        plan = self.run.plan
        return is_gating(verdict, plan.options.gate) and not is_known(verdict, plan.baseline)
