"""What a report comes to: verdicts by area, level, case and document; conformance; and where documents disagree."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from enum import Enum
from typing import TypeVar

from conformance.model import Level, Outcome, Stance, Standing, Verdict
from conformance.report.values import Report

Key = TypeVar("Key")

FAILURES = (Standing.BROKEN, Standing.FAULT)
"""The standings that tell against a server."""

_WORST_OUTCOME = tuple(Outcome)
_WORST_STANDING = tuple(Standing)


class Conformance(Enum):
    """What the verdicts of one document come to."""

    CONFORMANT = "conformant"
    PARTIAL = "partially conformant"
    NOT_CONFORMANT = "not conformant"
    NOT_SHOWN = "not shown"


@dataclass(frozen=True)
class Side:
    """What one document says about a feature, and how that fares: the worst outcome and standing of the feature's cases."""

    matrix: str | None
    stance: Stance
    outcome: Outcome
    standing: Standing
    lines: tuple[int, ...] = ()
    note: str = ""

    @property
    def right(self) -> bool | None:
        """Whether the server bears the document out; None where that was not seen."""
        if self.standing in (Standing.KEPT, Standing.SURPASSED):
            return True
        return False if self.standing is Standing.BROKEN else None


@dataclass(frozen=True)
class Disagreement:
    """A feature about which documents say different things, and what each says."""

    feature: str
    sides: tuple[Side, ...]


def by_area(report: Report) -> Mapping[str, tuple[Verdict, ...]]:
    """The verdicts by the first word of their feature, in the order of the report."""
    return _grouped(report.verdicts, area_of)


def area_of(verdict: Verdict) -> str:
    """The first word of a verdict's feature: chat, models, errors ..."""
    return verdict.feature.partition(".")[0]


def by_level(report: Report) -> Mapping[Level, tuple[Verdict, ...]]:
    """The verdicts by level, MUST first; every level is there."""
    return dict.fromkeys(Level, ()) | _grouped(report.verdicts, lambda verdict: verdict.level)


def by_matrix(report: Report) -> Mapping[str | None, tuple[Verdict, ...]]:
    """The verdicts by document, in the header's order; None stands for OpenAI's API alone."""
    found = _grouped(report.verdicts, lambda verdict: verdict.matrix)
    named: dict[str | None, tuple[Verdict, ...]] = {edition.id: () for edition in report.header.matrices}
    return named | dict(found)


def by_case(report: Report) -> Mapping[str, tuple[Verdict, ...]]:
    """The verdicts on each case, one a document."""
    return _grouped(report.verdicts, lambda verdict: verdict.case)


def _grouped(verdicts: Iterable[Verdict], key: Callable[[Verdict], Key]) -> dict[Key, tuple[Verdict, ...]]:
    groups: dict[Key, list[Verdict]] = {}
    for verdict in verdicts:
        groups.setdefault(key(verdict), []).append(verdict)
    return {name: tuple(group) for name, group in groups.items()}


def is_clear(verdict: Verdict) -> bool:
    """Whether the check's question could be put and was answered."""
    return verdict.outcome is not Outcome.UNCLEAR


def is_promised(verdict: Verdict) -> bool:
    """Whether the document speaks of the feature; without a document, whether it is core of OpenAI's API."""
    return verdict.stance is not Stance.UNDOCUMENTED


def is_shown(verdict: Verdict) -> bool:
    """Whether a promise is kept although the server differs from OpenAI's API, which readers ought to see."""
    return verdict.standing is Standing.KEPT and verdict.outcome is Outcome.DIFFERS


def clear_of(verdicts: Iterable[Verdict]) -> tuple[int, int]:
    """How many of the MUST verdicts are clear, and how many there are; of all verdicts where none is a MUST."""
    listed = tuple(verdicts)
    counted = [verdict for verdict in listed if verdict.level is Level.MUST] or listed
    return sum(map(is_clear, counted)), len(counted)


def conformance_of(verdicts: Iterable[Verdict], complete: bool) -> Conformance:
    """What some verdicts come to: not conformant with a MUST broken or at fault; not shown where the run was not complete or
    fewer than half of the MUST verdicts are clear; partial with a SHOULD broken or at fault, or with something promised that
    stayed unclear.
    """
    listed = tuple(verdicts)
    if any(one.level is Level.MUST and one.standing in FAILURES for one in listed):
        return Conformance.NOT_CONFORMANT
    clear, of = clear_of(listed)
    if not complete or not of or 2 * clear < of:
        return Conformance.NOT_SHOWN
    return Conformance.PARTIAL if any(map(_is_lacking, listed)) else Conformance.CONFORMANT


def _is_lacking(verdict: Verdict) -> bool:
    promised_unclear = verdict.standing is Standing.UNKNOWN and is_promised(verdict)
    return verdict.level is not Level.MAY and (verdict.standing in FAILURES or promised_unclear)


def sides(report: Report) -> Mapping[str, tuple[Side, ...]]:
    """Every feature in the order of the report, with what each document says about it and how that fares."""
    features = _grouped(report.verdicts, lambda verdict: verdict.feature)
    return {name: tuple(map(_side, _by_document(group))) for name, group in features.items()}


def _by_document(verdicts: Iterable[Verdict]) -> Iterable[tuple[Verdict, ...]]:
    return _grouped(verdicts, lambda verdict: verdict.matrix).values()


def _side(verdicts: tuple[Verdict, ...]) -> Side:
    first = verdicts[0]
    outcome = min((one.outcome for one in verdicts), key=_WORST_OUTCOME.index)
    standing = min((one.standing for one in verdicts), key=_WORST_STANDING.index)
    return Side(first.matrix, first.stance, outcome, standing, first.lines, first.note)


def disagreements(report: Report) -> tuple[Disagreement, ...]:
    """The features about which documents that speak of them disagree: by their stance, or because the server bears one out and
    not the other.
    """
    found = []
    for feature, all_sides in sides(report).items():
        speaking = tuple(side for side in all_sides if side.stance is not Stance.UNDOCUMENTED)
        told = {side.stance for side in speaking}
        borne_out = {side.right for side in speaking} - {None}
        if len(told) > 1 or len(borne_out) > 1:
            found.append(Disagreement(feature, speaking))
    return tuple(found)
