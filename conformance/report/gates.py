"""The gate: whether a run's verdicts let a build pass, and the baseline of failures that are known already."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from conformance.model import Level, Standing, Verdict
from conformance.report.summary import FAILURES, clear_of, is_promised
from conformance.report.values import Report

GATES = ("claims", "strict", "none")
"""claims fails on a MUST that is broken or at fault, strict also on a SHOULD and on what was promised and stayed unclear,
none never.
"""


@dataclass(frozen=True)
class GateResult:
    """What a gate decided and why. `known` are failures that the baseline lists, `stale` its entries that no longer fail,
    `clear` of `counted` MUST verdicts could be told.
    """

    kind: str
    complete: bool
    failures: tuple[Verdict, ...] = ()
    known: tuple[Verdict, ...] = ()
    stale: tuple[str, ...] = ()
    clear: int = 0
    counted: int = 0

    @property
    def tested(self) -> bool:
        """Whether enough was tested for an answer: at least half of the MUST verdicts are clear, and there is one."""
        return self.counted > 0 and 2 * self.clear >= self.counted

    @property
    def passed(self) -> bool:
        """Whether the build may pass."""
        if self.kind == "none":
            return self.complete
        return self.complete and self.tested and not self.failures and not self.stale


def gate(report: Report, kind: str = "claims", baseline: Iterable[str] = ()) -> GateResult:
    """What the gate makes of a report. Known failures pass, entries that are stale fail. Raises ValueError for another kind."""
    if kind not in GATES:
        raise ValueError(f"the gate is one of {', '.join(GATES)}, not {kind!r}")
    entries = tuple(dict.fromkeys(baseline))
    failing = [verdict for verdict in report.verdicts if is_gating(verdict, kind)]
    clear, counted = clear_of(report.verdicts)
    return GateResult(
        kind=kind,
        complete=report.footer.complete,
        failures=tuple(verdict for verdict in failing if not is_known(verdict, entries)),
        known=tuple(verdict for verdict in failing if is_known(verdict, entries)),
        stale=stale_entries(report.verdicts, entries),
        clear=clear,
        counted=counted,
    )


def is_gating(verdict: Verdict, kind: str = "claims") -> bool:
    """Whether a gate of this kind fails because of a verdict, if no baseline lists it. A MAY never gates; unclear gates only
    under strict, and only where a document (or, without one, OpenAI's API) promises the feature.
    """
    if kind == "none" or verdict.level is Level.MAY:
        return False
    if verdict.standing in FAILURES:
        return kind == "strict" or verdict.level is Level.MUST
    return kind == "strict" and verdict.standing is Standing.UNKNOWN and is_promised(verdict)


def read_baseline(text: str) -> tuple[str, ...]:
    """The entries of a baseline: `case` or `case@matrix` a line; blank lines and what follows a `#` do not count."""
    entries = (line.partition("#")[0].strip() for line in text.splitlines())
    return tuple(dict.fromkeys(entry for entry in entries if entry))


def is_known(verdict: Verdict, baseline: Collection[str]) -> bool:
    """Whether a baseline lists a verdict."""
    return any(name in baseline for name in names_in_baseline(verdict))


def names_in_baseline(verdict: Verdict) -> tuple[str, ...]:
    """How entries of a baseline may name a verdict, the narrowest last."""
    return (verdict.case,) if verdict.matrix is None else (verdict.case, f"{verdict.case}@{verdict.matrix}")


def stale_entries(verdicts: Iterable[Verdict], baseline: Iterable[str]) -> tuple[str, ...]:
    """The entries of a baseline whose verdicts are all there and well. What did not run, or stayed unclear, is not stale."""
    well: dict[str, bool] = {}
    for verdict in verdicts:
        fine = verdict.standing not in (*FAILURES, Standing.UNKNOWN)
        for name in names_in_baseline(verdict):
            well[name] = well.get(name, True) and fine
    return tuple(entry for entry in baseline if well.get(entry, False))


def unknown_entries(baseline: Iterable[str], cases: Collection[str], matrices: Collection[str]) -> tuple[str, ...]:
    """The entries of a baseline that name no case, or no document, that there is: an error of usage."""

    def is_unknown(entry: str) -> bool:
        case, at, matrix = entry.partition("@")
        return case not in cases or (bool(at) and matrix not in matrices)

    return tuple(filter(is_unknown, baseline))
