"""The law: which claim of a document a check is weighed against, and what an outcome comes to under it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from conformance.messages import Json
from conformance.model import Check, Claim, Matrix, Outcome, Result, Stance, Standing
from conformance.schema import fits

_ROWS = """
supported     kept       kept       broken  broken  broken  fault  unknown
partial       kept       kept       broken  kept    kept    fault  unknown
approximated  kept       kept       broken  broken  kept    fault  unknown
deviates      surpassed  surpassed  broken  broken  broken  fault  unknown
ignored       surpassed  kept       kept    broken  broken  fault  unknown
rejected      surpassed  broken     broken  kept    broken  fault  unknown
unsupported   surpassed  kept       kept    kept    kept    fault  unknown
undocumented  unclaimed  unclaimed  unclaimed  unclaimed  unclaimed  fault  unknown
"""
_COLUMNS = (
    Outcome.WORKS,
    Outcome.ACCEPTED,
    Outcome.IGNORED,
    Outcome.REFUSED,
    Outcome.DIFFERS,
    Outcome.FAILS,
    Outcome.UNCLEAR,
)

LAW: Mapping[Stance, Mapping[Outcome, Standing]] = {
    Stance(stance): dict(zip(_COLUMNS, map(Standing, standings), strict=True))
    for stance, *standings in (row.split() for row in _ROWS.split("\n") if row)
}
"""Total. What `deviates` and differs or is ignored also depends on what was observed (see `standing_of`)."""


def standing_of(claim: Claim, result: Result) -> Standing:
    """What the law makes of a result. A difference under `deviates` is kept exactly if it is what the claim's `expects` tells,
    and nothing is claimed about it where nothing of that was observed; under every other stance a promise of `expects` that was
    seen not to hold breaks what would be kept.
    """
    standing = LAW[claim.stance][result.outcome]
    if claim.stance is Stance.DEVIATES and result.outcome in (Outcome.DIFFERS, Outcome.IGNORED):
        observed = any(one.name in claim.expects for one in result.seen)
        return Standing.UNCLAIMED if not observed else standing if untold(claim, result) else Standing.KEPT
    if claim.stance is Stance.DEVIATES:
        return standing
    return Standing.BROKEN if standing in (Standing.KEPT, Standing.SURPASSED) and untold(claim, result) else standing


def untold(claim: Claim, result: Result) -> str:
    """The first observation that is not as the claim's `expects` tells, in words; an empty string where all are."""
    for one in result.seen:
        if one.name in claim.expects and not _as_told(claim.expects[one.name], one.value):
            return f"the document tells {one.name} = {claim.expects[one.name]!r}, seen {one.value!r}"
    return ""


def _as_told(want: Json, value: Json) -> bool:
    return fits(want, value) if isinstance(want, dict) else want == value and type(want) is type(value)


def in_force(claim: Claim, result: Result) -> Claim:
    """The claim that a result is weighed against. Where it depends on what nobody stated, all claims that may hold have to
    agree on the standing; otherwise nothing is claimed.
    """
    may_hold = [replace(claim, otherwise=()), *claim.otherwise]
    if all(one.when for one in may_hold):
        may_hold.append(Claim(claim.feature, Stance.UNDOCUMENTED))
    standings = {standing_of(one, result) for one in may_hold}
    if len(may_hold) == 1 or (len(standings) == 1 and standings != {Standing.UNCLAIMED}):
        return may_hold[0]
    terms = dict.fromkeys(f"{kind} {what}" for one in may_hold for kind, what in one.when)
    note = f"depends on what was not stated: {', '.join(terms)}"
    return replace(claim, stance=Stance.UNDOCUMENTED, expects={}, note=note, otherwise=())


def said_of(claim: Claim) -> str:
    """What a claim says beside its stance: where, if not by lines of its own document, and its note."""
    where = f'under "{claim.at}"' if claim.at else ""
    edition = f"in {claim.stated_in}" if claim.stated_in else ""
    return ": ".join(part for part in (" ".join(filter(None, (where, edition))), claim.note) if part)


def claim_on(feature: str, matrix: Matrix | None, core: Iterable[str]) -> Claim:
    """The claim a matrix makes on a feature; without a matrix the core features count as supported, the rest as undocumented."""
    if matrix is None:
        return Claim(feature, Stance.SUPPORTED if feature in core else Stance.UNDOCUMENTED)
    return matrix.claims.get(feature) or Claim(feature, Stance.UNDOCUMENTED)


def names_of(check: Check) -> Iterator[str]:
    """The features that a check asks about, the narrowest first: its own, and those below it that its id begins with. A claim
    on `chat.tools.stream` is held against the check of that id, though its feature is `chat.tools`.
    """
    name = check.id
    while name.startswith(f"{check.feature}."):
        yield name
        name = name.rpartition(".")[0]
    yield check.feature


def claim_for(check: Check, matrix: Matrix | None, core: Iterable[str]) -> Claim:
    """The claim of a matrix that a check is weighed against: on the narrowest feature that the matrix speaks of."""
    spoken = [name for name in names_of(check) if matrix and name in matrix.claims]
    return claim_on(spoken[0] if spoken else check.feature, matrix, core)
