"""A report as a value: what was tested, every verdict, and how the run ended."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property

from conformance.model import Outcome, Standing, Target, Verdict

SCHEMA = 1
"""The edition of the record's format, written into every header."""


@dataclass(frozen=True)
class Edition:
    """The document a report was judged by: its matrix's id and checksum, its title and address where known."""

    id: str
    sha256: str = ""
    title: str = ""
    url: str = ""


@dataclass(frozen=True)
class Header:
    """What was tested and with what. `suite`, `sdk` and `python` are versions, `started` is UTC in ISO 8601, `command` holds no
    secrets, `matrices` is empty where the server was held against OpenAI's API alone.
    """

    suite: str
    target: Target
    matrices: tuple[Edition, ...] = ()
    sdk: str = ""
    python: str = ""
    started: str = ""
    command: str = ""
    schema: int = SCHEMA


@dataclass(frozen=True)
class Footer:
    """How the run ended. `complete` is false where the server was lost or the run was cut short; `seconds` is wall time."""

    complete: bool
    requests: int = 0
    tokens: int = 0
    seconds: float = 0.0


@dataclass(frozen=True)
class Report:
    """The verdicts of one run between its header and its footer."""

    header: Header
    verdicts: tuple[Verdict, ...]
    footer: Footer

    @cached_property
    def counts(self) -> Mapping[Standing, int]:
        """How many verdicts have each standing; every standing is there."""
        return standings(self.verdicts)


def standings(verdicts: Iterable[Verdict]) -> Mapping[Standing, int]:
    """How many verdicts have each standing; every standing is there, the worst first."""
    counts = Counter(verdict.standing for verdict in verdicts)
    return {standing: counts[standing] for standing in Standing}


def outcomes(verdicts: Iterable[Verdict]) -> Mapping[Outcome, int]:
    """How many cases have each outcome, however many documents they were held against; every outcome is there."""
    seen = {verdict.case: verdict.outcome for verdict in verdicts}
    counts = Counter(seen.values())
    return {outcome: counts[outcome] for outcome in Outcome}
