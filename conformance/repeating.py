"""Cases asked several times: requests told apart by their take, and one verdict on what repetitions came to.

What differs between repetitions is no outcome of its own. The worst standing counts, for a client meets it sooner or later, and
the verdict tells the rate. A repetition that stayed unclear says nothing against one that was clear.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

from conformance.messages import Request
from conformance.model import Outcome, Standing, Verdict

STRIDE = 1000
"""How far the takes of two repetitions lie apart; checks themselves repeat a request a few times."""

_OUTCOMES, _STANDINGS = tuple(Outcome), tuple(Standing)


def repeated(request: Request, repetition: int) -> Request:
    """The request as a repetition sends it; the first (0) sends it as it is."""
    return replace(request, take=request.take + STRIDE * repetition) if repetition else request


def repetition_of(request: Request) -> int:
    """The repetition that a request belongs to."""
    return request.take // STRIDE


def together(verdicts: Sequence[Verdict]) -> Verdict:
    """The verdict on a case from those on its repetitions (at least one), all about one document."""
    if len(verdicts) == 1:
        return verdicts[0]
    outcomes = tuple(one.outcome for one in verdicts)
    clear = [one for one in verdicts if one.outcome is not Outcome.UNCLEAR] or list(verdicts)
    worst = min(clear, key=lambda one: (_STANDINGS.index(one.standing), _OUTCOMES.index(one.outcome)))
    other = next((one.exchanges[:1] for one in clear if one.outcome is not worst.outcome), ())
    return replace(
        worst,
        repeats=outcomes,
        reason="; ".join(filter(None, (rate_of(outcomes), worst.reason))),
        exchanges=tuple(dict.fromkeys((*worst.exchanges, *other))),
        seconds=round(sum(one.seconds for one in verdicts), 4),
    )


def rate_of(outcomes: Sequence[Outcome]) -> str:
    """How often each outcome came, most often first: "flaky: works 3 of 4, differs 1 of 4"; nothing where all are the same.
    Only outcomes that are clear make a case flaky.
    """
    counts = Counter(outcomes)
    if len(counts) < 2:
        return ""
    told = ", ".join(f"{outcome.value} {count} of {len(outcomes)}" for outcome, count in counts.most_common())
    return f"flaky: {told}" if is_flaky(outcomes) else told


def is_flaky(outcomes: Sequence[Outcome]) -> bool:
    """Whether repetitions that were clear came to different outcomes."""
    return len(set(outcomes) - {Outcome.UNCLEAR}) > 1
