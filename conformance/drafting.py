"""A matrix drafted from what a server was seen to do, for a maintainer to edit: claims as YAML, the evidence as comments.

The stance of a claim is the first that the law breaks with nothing that was seen of its feature, so the draft holds against
the same server. What a server said stands in comments and quoted texts only, with everything spelled out that could end them.
https://yaml.org/spec/1.2.2/#66-comments
"""

from __future__ import annotations

import json
import re
import textwrap
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from conformance.features import all_features
from conformance.law import LAW, standing_of
from conformance.messages import Json
from conformance.model import Claim, Outcome, Result, Seen, Stance, Standing, Verdict
from conformance.render.escape import clip, visible
from conformance.report import Header

TRIED = (Stance.SUPPORTED, Stance.REJECTED, Stance.IGNORED, Stance.PARTIAL, Stance.UNSUPPORTED)
"""From the plainest to the vaguest."""
_ABSENT = (Stance.REJECTED, Stance.UNSUPPORTED)
VARYING = ("message", "model", "created", "id")
"""Observations that need not be the same the next time."""
_CLEAN = (Outcome.WORKS, Outcome.ACCEPTED)
_GOOD = (Standing.KEPT, Standing.SURPASSED)
_WORST_FIRST = tuple(Outcome)
_WIDTH = 118


@dataclass(frozen=True)
class Sighting:
    """One case's verdict, and what was observed beside it."""

    verdict: Verdict
    seen: tuple[Seen, ...] = ()

    @property
    def result(self) -> Result:
        """What the law weighs."""
        return Result(self.verdict.outcome, seen=self.seen)


@dataclass(frozen=True)
class Draft:
    """A drafted matrix: its YAML text, how many claims it makes, and the features of which nothing clear was seen."""

    text: str
    claims: int
    unclear: tuple[str, ...] = ()


def draft(header: Header, sightings: Iterable[Sighting]) -> Draft:
    """The matrix of a run's verdicts, in the order of the vocabulary. The same verdicts give the same text."""
    by_feature: dict[str, list[Sighting]] = {}
    for one in sorted(sightings, key=lambda one: one.verdict.case):
        by_feature.setdefault(one.verdict.feature, []).append(one)
    known = [name for name in all_features() if name in by_feature]
    claims = _consistent({name: claim_for(name, by_feature[name]) for name in known}, by_feature)
    lines = list(_head(header))
    for name, claim in claims.items():
        lines += ["", *_evidence(by_feature[name]), *_mixed(claim, by_feature[name]), _claim_line(name, claim)]
    made = sum(claim is not None for claim in claims.values())
    if not made:
        lines += ["", "  {}  # nothing clear was seen"]
    unclear = tuple(name for name, claim in claims.items() if claim is None)
    return Draft("\n".join(lines) + "\n", made, unclear)


def claim_for(feature: str, sightings: Sequence[Sighting], tried: Sequence[Stance] = TRIED) -> Claim | None:
    """The claim that what was seen of a feature supports. None where it failed, where nothing clear was seen, or where none of
    the stances tried holds.
    """
    results = [one.result for one in sightings if one.verdict.outcome is not Outcome.UNCLEAR]
    outcomes = {one.outcome for one in results}
    if not outcomes or Outcome.FAILS in outcomes:
        return None
    told = Claim(feature, Stance.DEVIATES, expects=_expects(sightings))
    if Outcome.DIFFERS in outcomes and all(standing_of(told, one) in _GOOD for one in results):
        return told
    stance = _stance(outcomes, tried)
    return Claim(feature, stance) if stance else None


def _stance(outcomes: Iterable[Outcome], tried: Sequence[Stance]) -> Stance | None:
    """The first stance under which all of this is kept, else the first under which none of it is broken."""
    found = {stance: {LAW[stance][outcome] for outcome in outcomes} for stance in tried}
    kept = (stance for stance in tried if found[stance] == {Standing.KEPT})
    unbroken = (stance for stance in tried if found[stance] <= set(_GOOD))
    return next(kept, None) or next(unbroken, None)


def _consistent(claims: dict[str, Claim | None], by_feature: Mapping[str, Sequence[Sighting]]) -> dict[str, Claim | None]:
    """The claims, where nothing is told to be absent that has parts which are there."""
    there = [name for name, claim in claims.items() if claim and claim.stance not in _ABSENT]
    return {
        name: claim_for(name, by_feature[name], [one for one in TRIED if one not in _ABSENT])
        if claim and claim.stance in _ABSENT and any(part.startswith(f"{name}.") for part in there)
        else claim
        for name, claim in claims.items()
    }


def _expects(sightings: Sequence[Sighting]) -> dict[str, Json]:
    """Observations that say in what way a feature differs: the same in every case, and so again the next time."""
    values: dict[str, list[Json]] = {}
    differing: set[str] = set()
    for sighting in sightings:
        for one in sighting.seen:
            values.setdefault(one.name, []).append(one.value)
            differing |= {one.name} if _tells_how(one, sighting.verdict) else set()
    known = {name for sighting in sightings for name in all_features()[sighting.verdict.feature].sees}
    lasting = {name for name, found in values.items() if _lasting(name, found)}
    return {name: values[name][0] for name in sorted(lasting & differing & known)}


def _tells_how(seen: Seen, verdict: Verdict) -> bool:
    """Whether an observation is what a finding is about, so that a difference elsewhere is not passed off as told."""
    words = {str(seen.value), json.dumps(seen.value, ensure_ascii=False)}
    return any(one.outcome is Outcome.DIFFERS and one.actual in words for one in verdict.findings)


def _lasting(name: str, found: Sequence[Json]) -> bool:
    first = found[0]
    plain = isinstance(first, bool | None) or (isinstance(first, str) and len(first) <= 60 and first.isprintable())
    number = isinstance(first, int) and (name == "status" or first in (0, 1))
    alike = all(one == first and type(one) is type(first) for one in found)
    return name not in VARYING and alike and (plain or number)


def _head(header: Header) -> Iterator[str]:
    target = header.target
    day = header.started.partition("T")[0]
    server = re.sub(r"[^A-Za-z0-9_.+-]+", "-", target.id).strip("_.+-")[:80] or "server"
    yield f"# What a server was seen to do on {day}, as a start for a matrix, by openai-conformance {said(header.suite, 40)}."
    yield f"# address: {said(target.base_url)} · model: {said(target.model)} · server header: {said(target.server) or 'none'}"
    yield "# These are observations and no document's words. Go through the claims: keep what the server's document says, cite"
    yield "# its lines, mend the stances where it says something else, and take out what it does not speak of. Then name the"
    yield "# server, the edition and the document, and run: openai-conformance matrix check FILE"
    yield "# The bytes of an exchange: openai-conformance curl KEY --report DIR, the report of that run."
    yield "schema: 1"
    yield f"id: {_quoted(f'{server}@{day}')}"
    yield f"server: {_quoted(server)}"
    yield f"edition: {_quoted(day)}"
    yield "title: Behaviour seen in a run of the suite"
    yield f"document: {{url: {_quoted(_address(target.base_url))}, retrieved: {_quoted(day)}, by: observation}}"
    yield ""
    yield "claims:"


def _address(url: str) -> str:
    return url if re.fullmatch(r"https?://\S+", url) and url.isprintable() else ""


def _claim_line(feature: str, claim: Claim | None) -> str:
    if claim is None:
        return f"  # no claim on {feature}"
    expects = ", ".join(f"{name}: {_quoted(value)}" for name, value in claim.expects.items())
    more = f", expects: {{{expects}}}" if claim.expects else ""
    return f"  {feature}: {{stance: {claim.stance.value}, at: observed{more}}}"


def _evidence(sightings: Sequence[Sighting]) -> Iterator[str]:
    """What supports a claim: the clean cases by name, every other with what was found."""
    for outcome, about in (
        (Outcome.WORKS, "works"),
        (Outcome.ACCEPTED, "accepted, no effect can be seen from outside"),
    ):
        cases = [one.verdict.case for one in sightings if one.verdict.outcome is outcome]
        if cases:
            yield from _comment(f"{about}: {', '.join(cases)}")
    others = [one.verdict for one in sightings if one.verdict.outcome not in _CLEAN]
    for verdict in sorted(others, key=lambda one: _WORST_FIRST.index(one.outcome)):
        yield from _comment(_finding(verdict))


def _mixed(claim: Claim | None, sightings: Sequence[Sighting]) -> Iterator[str]:
    """A stance of what is not there, over cases that show that it is there: for the reader to divide."""
    works = sum(one.verdict.outcome is Outcome.WORKS for one in sightings)
    if claim and works and claim.stance in (Stance.IGNORED, *_ABSENT):
        words = (
            f"{works} of these {len(sightings)} cases work; {claim.stance.value} is the plainest that breaks with none of them."
        )
        yield from _comment(f"{words} Claims on narrower features (the first words of the cases) tell them apart.")


def _finding(verdict: Verdict) -> str:
    """One line on a case that is not clean."""
    words = [f"{verdict.outcome.value} ({verdict.level.value}): {verdict.case}"]
    if verdict.outcome is not Outcome.UNCLEAR and verdict.reason:
        words.append(f"({said(verdict.reason)})")
    first = next((one for one in verdict.findings if one.outcome is verdict.outcome), None)
    if first is not None:
        words.append(f"· {said(first.message)}")
        words += [f"at {said(first.where)}"] if first.where else []
        words += [f"· expected {said(first.expected)}, got {said(first.actual)}"] if first.expected or first.actual else []
    words += [f"· exchange {said(verdict.exchanges[0])}"] if verdict.exchanges else []
    return " ".join(words)


def _comment(text: str) -> Iterator[str]:
    yield from textwrap.wrap(
        text, _WIDTH, initial_indent="  # ", subsequent_indent="  #   ", break_long_words=False, break_on_hyphens=False
    )


def said(text: str, most: int = 160) -> str:
    """Words of a server as they may stand in a comment: one line, nothing unseen."""
    return visible(clip(text, most))


def _quoted(value: Json) -> str:
    """A JSON value, which is also a YAML flow value; of a text only what can be seen."""
    return json.dumps(visible(value) if isinstance(value, str) else value, ensure_ascii=False)
