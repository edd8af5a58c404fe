"""Reports held against each other: every feature side by side, and what changed between the first and the last.

A check that changed its meaning has another revision; what such a check says is never called better or worse.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum

from conformance.model import Level, Outcome, Standing, Verdict
from conformance.report.summary import Side, by_case, by_matrix, sides
from conformance.report.values import Report

_WORST_FIRST = tuple(Outcome)
_GOOD = (Outcome.WORKS, Outcome.ACCEPTED)
_KEPT = (Standing.KEPT, Standing.SURPASSED)


class Kind(Enum):
    """What became of a case between two reports."""

    REGRESSED = "regressed"
    MENDED = "mended"
    UNSETTLED = "no longer clear"
    SETTLED = "clear now"
    NOT_COMPARABLE = "not comparable"
    GONE = "not in the last report"
    NEW = "not in the first report"


@dataclass(frozen=True)
class Column:
    """One document of one report: `report` is the report's place among those compared, `matrix` the document."""

    report: int
    matrix: str | None


@dataclass(frozen=True)
class Change:
    """A case that fared otherwise in the last report than in the first; None where it is missing there. Where only what the same
    text of a document promises is kept in one of them and broken in the other, `matrix` and `standings` tell that.
    """

    case: str
    check: str
    feature: str
    level: Level
    kind: Kind
    before: Outcome | None
    after: Outcome | None
    revisions: tuple[int | None, int | None]
    matrix: str | None = None
    standings: tuple[Standing, Standing] | None = None


@dataclass(frozen=True)
class Comparison:
    """Reports side by side. `rows` has every feature with a side for each column, None where the report does not tell of it."""

    reports: tuple[Report, ...]
    columns: tuple[Column, ...]
    rows: Mapping[str, tuple[Side | None, ...]]
    changes: tuple[Change, ...]

    def of_kind(self, kind: Kind) -> tuple[Change, ...]:
        """The changes of one kind."""
        return tuple(change for change in self.changes if change.kind is kind)

    @property
    def regressed(self) -> bool:
        """Whether anything that both reports tell of is worse in the last."""
        return bool(self.of_kind(Kind.REGRESSED))


def compared(reports: Sequence[Report]) -> Comparison:
    """Some reports side by side; the changes are those between the first and the last."""
    columns = tuple(Column(place, matrix) for place, report in enumerate(reports) for matrix in by_matrix(report) or (None,))
    told = [{feature: {side.matrix: side for side in found} for feature, found in sides(report).items()} for report in reports]
    features = sorted({feature for one in told for feature in one})
    rows = {name: tuple(told[one.report].get(name, {}).get(one.matrix) for one in columns) for name in features}
    return Comparison(tuple(reports), columns, rows, tuple(changes(reports[0], reports[-1])))


def differing(comparison: Comparison) -> Mapping[str, tuple[Side | None, ...]]:
    """The rows about which reports differ: in what was seen, or in how the same document fares."""
    return {name: found for name, found in comparison.rows.items() if _differ(comparison.columns, found)}


def _differ(columns: Sequence[Column], found: Sequence[Side | None]) -> bool:
    seen: dict[int, set[Outcome]] = {column.report: set() for column in columns}
    standings: dict[str | None, set[Standing | None]] = {}
    for column, side in zip(columns, found, strict=True):
        seen[column.report] |= {side.outcome} if side else set()
        standings.setdefault(column.matrix, set()).add(side.standing if side else None)
    first, *others = seen.values()
    return any(one != first for one in others) or any(len(one) > 1 for one in standings.values())


def changes(first: Report, last: Report) -> Iterable[Change]:
    """What became of every case that did not stay as it was, by kind, the most serious level first."""
    before, after = by_case(first), by_case(last)
    names = dict.fromkeys((*before, *after))
    texts = {(one.id, one.sha256) for one in first.header.matrices} & {(one.id, one.sha256) for one in last.header.matrices}
    same: set[str | None] = {None, *(name for name, _ in texts)}
    found = [change for name in names if (change := _change(before.get(name, ()), after.get(name, ()), same))]
    return sorted(found, key=lambda one: (_KINDS.index(one.kind), _LEVELS.index(one.level), one.case))


_KINDS, _LEVELS = tuple(Kind), tuple(Level)


def _change(before: Sequence[Verdict], after: Sequence[Verdict], same: Collection[str | None]) -> Change | None:
    old, new = (before[0] if before else None), (after[0] if after else None)
    kind = _kind(old, new)
    any_one = new or old
    if any_one is None:
        return None
    if kind is None:
        weighed = (_weighed(one, other) for one in before for other in after if one.matrix == other.matrix and one.matrix in same)
        return next(filter(None, weighed), None)
    return Change(
        case=any_one.case,
        check=any_one.check,
        feature=any_one.feature,
        level=any_one.level,
        kind=kind,
        before=old.outcome if old else None,
        after=new.outcome if new else None,
        revisions=(old.revision if old else None, new.revision if new else None),
    )


def _weighed(old: Verdict, new: Verdict) -> Change | None:
    """The change of a promise that is kept by one of two verdicts and broken by the other, though both saw the same outcome."""
    if {old.standing in _KEPT, new.standing in _KEPT} != {True, False} or Standing.BROKEN not in (old.standing, new.standing):
        return None
    kind = Kind.MENDED if old.standing is Standing.BROKEN else Kind.REGRESSED
    outcomes, revisions, standings = (old.outcome, new.outcome), (old.revision, new.revision), (old.standing, new.standing)
    return Change(new.case, new.check, new.feature, new.level, kind, *outcomes, revisions, new.matrix, standings)


def _kind(old: Verdict | None, new: Verdict | None) -> Kind | None:
    if old is None or new is None:
        return Kind.NEW if old is None else Kind.GONE
    if old.revision != new.revision or old.check != new.check:
        return Kind.NOT_COMPARABLE
    if old.outcome is new.outcome or (old.outcome in _GOOD and new.outcome in _GOOD):
        return None
    if Outcome.UNCLEAR in (old.outcome, new.outcome):
        return Kind.UNSETTLED if new.outcome is Outcome.UNCLEAR else Kind.SETTLED
    return Kind.REGRESSED if _WORST_FIRST.index(new.outcome) < _WORST_FIRST.index(old.outcome) else Kind.MENDED
