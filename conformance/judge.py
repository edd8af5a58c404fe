"""From findings to verdicts: cases are run, what they find comes to an outcome, and the law weighs that against a claim."""

from __future__ import annotations

import time
from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from conformance.answers import outcome_of_status, refusal
from conformance.endpoints import applies
from conformance.law import in_force, said_of, standing_of, untold
from conformance.messages import Exchange, Request, Send
from conformance.model import (
    RECORDED,
    Case,
    Check,
    Claim,
    Ended,
    Finding,
    Outcome,
    Result,
    Seen,
    Stance,
    Target,
    Verdict,
)
from conformance.repeating import repeated

MOST_FINDINGS = 20
MOST_NOTED = 2000

_WORST_FIRST = tuple(Outcome)


def outcome_of(check: Check, findings: Iterable[Finding]) -> Outcome:
    """The worst outcome among the findings; without any, what a clean run of this check shows."""
    clean = Outcome.ACCEPTED if check.accepts else Outcome.WORKS
    return min((finding.outcome for finding in findings), key=_WORST_FIRST.index, default=clean)


def run_check(case: Case, target: Target, send: Send, repetition: int = 0) -> Result:
    """Runs a check through its client; a repetition other than the first (0) sends everything anew. Whatever the check raises
    beyond `Ended` is the suite's own error and passes through. Of the result's exchanges the first is the one that shows the
    worst finding best.
    """
    asked: dict[str, Exchange] = {}
    began = time.monotonic()

    def noting(request: Request) -> Exchange:
        spoken = repeated(replace(request, setup=replace(request.setup, client=case.via)), repetition)
        asked[spoken.key] = send(spoken)
        return asked[spoken.key]

    found: list[Finding | Seen] = []
    shown: list[tuple[int, str]] = []
    try:
        for one in case.check.run(target, noting):
            found.append(one)
            if isinstance(one, Finding):
                shown.append((_WORST_FIRST.index(one.outcome), _telling(one, asked)))
    except Ended as end:
        found.append(end.finding)
        shown.append((_WORST_FIRST.index(end.finding.outcome), _telling(end.finding, asked)))
    first = [min(shown)[1]] if shown and min(shown)[1] else []
    return _result(case.check, found, tuple(dict.fromkeys([*first, *asked])), time.monotonic() - began)


def _telling(finding: Finding, asked: dict[str, Exchange]) -> str:
    """The key of the exchange that a finding was made on: of those that went wrong as it tells, the one whose words it repeats,
    else the first; where none did, the last that was asked for.
    """
    wrong = [key for key, one in asked.items() if _went_wrong(one, finding.outcome)]
    repeated_words = [key for key in wrong if finding.actual.startswith(refusal(asked[key]))]
    return next(iter(repeated_words or wrong), next(reversed(asked), ""))


def _went_wrong(exchange: Exchange, how: Outcome) -> bool:
    """Whether an exchange was refused or failed, where a finding tells of that."""
    if how not in (Outcome.REFUSED, Outcome.FAILS):
        return False
    return exchange.failure is not None or exchange.status is None or outcome_of_status(exchange.status) is how


def run_rule(case: Case, exchanges: Iterable[Exchange]) -> Result:
    """Applies a rule to every exchange of its endpoint that its client made."""
    tally = Tally(case)
    for exchange in exchanges:
        tally.add(exchange)
    return tally.result()


@dataclass
class Count:
    """What a rule says of some exchanges: to how many it applied, how many break it, the keys of these, why others stayed
    unclear, and what it found.
    """

    applied: int = 0
    broken: int = 0
    seconds: float = 0.0
    unclear: dict[str, int] = field(default_factory=dict)
    found: list[Finding | Seen] = field(default_factory=list)
    keys: dict[str, None] = field(default_factory=dict)

    def note(self, here: list[Finding | Seen], exchange: Exchange) -> bool:
        """Counts what was found in one exchange; says whether it breaks the rule."""
        findings = [one for one in here if isinstance(one, Finding)]
        if unclear := next((one.message for one in findings if one.outcome is Outcome.UNCLEAR), ""):
            self._note_unclear(unclear, 1)
            return False
        self.applied += 1
        self._note_found(here)
        if findings:
            self.broken += 1
            self._note_key(exchange.request.key)
        return bool(findings)

    def merge(self, more: Count) -> None:
        """Counts what was found in exchanges that came after these."""
        self.applied += more.applied
        self.broken += more.broken
        self.seconds += more.seconds
        for reason, number in more.unclear.items():
            self._note_unclear(reason, number)
        self._note_found(more.found)
        for key in more.keys:
            self._note_key(key)

    def _note_found(self, here: list[Finding | Seen]) -> None:
        if here and len(self.found) < MOST_NOTED:
            self.found += here[: MOST_NOTED - len(self.found)]

    def _note_unclear(self, reason: str, number: int) -> None:
        if reason in self.unclear or len(self.unclear) < MOST_FINDINGS:
            self.unclear[reason] = self.unclear.get(reason, 0) + number

    def _note_key(self, key: str) -> None:
        if len(self.keys) < MOST_NOTED:
            self.keys[key] = None


@dataclass
class Tally:
    """What a rule has found so far, exchange by exchange, so that traffic of any length can be judged while it is read."""

    case: Case
    count: Count = field(default_factory=Count)

    def add(self, exchange: Exchange) -> bool:
        """Judges one exchange, if the rule is about it; says whether it breaks the rule."""
        if self.case.via not in (exchange.request.setup.client, RECORDED) or not applies(self.case.check.on, exchange):
            return False
        return self.weigh(exchange)

    def weigh(self, exchange: Exchange) -> bool:
        """Judges one exchange that the rule is about; says whether it breaks the rule."""
        began = time.monotonic()
        try:
            here = list(self.case.check.run(exchange))
        except Ended as end:
            here = [end.finding]
        self.count.seconds += time.monotonic() - began
        return self.count.note(here, exchange)

    @property
    def doubtful(self) -> str | None:
        """The key of the one exchange that breaks the rule where one may be chance, so that it is worth asking for once more."""
        return next(iter(self.count.keys)) if self.case.check.by_chance and self.count.broken == 1 else None

    def result(self) -> Result:
        """What the rule comes to; without an exchange that it is about, that is unclear."""
        count = self.count
        if not count.applied:
            missing = Finding(self._missing(), outcome=Outcome.UNCLEAR)
            return _result(self.case.check, [missing], (), count.seconds)
        if self.doubtful and count.applied > 1:
            seen: list[Finding | Seen] = [one for one in count.found if isinstance(one, Seen)]
            return _result(self.case.check, seen, (), count.seconds)
        result = _result(self.case.check, count.found, tuple(count.keys), count.seconds)
        return replace(result, reason=f"{count.broken} of {count.applied} exchanges") if count.broken else result

    def _missing(self) -> str:
        """Why no exchange shows it: the reason that was given most often."""
        unclear = self.count.unclear
        told = max(unclear, key=lambda reason: unclear[reason], default="")
        return f"no exchange shows it: {told}" if told else "no exchange of this run shows it"


def _result(check: Check, found: list[Finding | Seen], exchanges: tuple[str, ...], seconds: float) -> Result:
    findings = [one for one in found if isinstance(one, Finding)]
    outcome = outcome_of(check, findings)
    reason = next((one.message for one in findings if one.outcome is outcome is Outcome.UNCLEAR), "")
    alike: dict[tuple[str, str, Outcome], Finding] = {}
    for one in findings:
        alike.setdefault((one.message, one.expected, one.outcome), one)
    kept = sorted(alike.values(), key=lambda one: _WORST_FIRST.index(one.outcome))[:MOST_FINDINGS]
    seen = tuple({(one.name, repr(one.value)): one for one in found if isinstance(one, Seen)}.values())
    return Result(outcome, tuple(kept), seen[:MOST_FINDINGS], exchanges, seconds, reason)


def judge(case: Case, result: Result, claim: Claim, matrix: str | None) -> Verdict:
    """The verdict on a case under one claim of one document (matrix None: OpenAI's API alone)."""
    check, claim = case.check, in_force(claim, result)
    return Verdict(
        case=case.id,
        check=check.id,
        title=check.title,
        level=check.level,
        feature=check.feature,
        via=case.via,
        matrix=matrix,
        stance=claim.stance,
        outcome=result.outcome,
        standing=standing_of(claim, result),
        authority=check.authority,
        revision=check.revision,
        reason=result.reason or (untold(claim, result) if claim.stance is not Stance.DEVIATES else ""),
        findings=result.findings,
        exchanges=result.exchanges,
        seconds=round(result.seconds, 4),
        link=check.link,
        lines=claim.lines,
        note=said_of(claim),
    )
