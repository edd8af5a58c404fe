"""Conditions of claims: a launch flag, a setting, the model, the address, the version. The operator may state what holds
(`--given flag=--jinja`); what is not stated leaves open which claim holds, and then only what all of them agree on counts.
"""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from conformance.claims import CONDITIONS
from conformance.documents import nearest
from conformance.model import Claim, Matrix

Given = Mapping[str, Sequence[str]]
NOT = "not "


class UnknownCondition(ValueError):
    """What the operator states is on no condition of the documents held against the server."""


def given_of(words: Iterable[str], matrices: Iterable[Matrix], models: Iterable[str] = ()) -> Given:
    """What the operator states, `KIND=WHAT` or `KIND=not WHAT` each, and what the models that he named can do.
    Raises UnknownCondition for what no claim asks about.
    """
    asked = {term for matrix in matrices for claim in matrix.claims.values() for term in terms_of(claim)}
    given: dict[str, list[str]] = {"model": list(models)}
    for word in words:
        kind, _, what = word.partition("=")
        if kind not in CONDITIONS or not what:
            raise UnknownCondition(f"--given takes KIND=WHAT, where KIND is {', '.join(CONDITIONS)}; not {word!r}")
        known = {one for other, one in asked if other == kind}
        if kind != "version" and what.removeprefix(NOT) not in known:
            raise UnknownCondition(f"--given: no claim depends on the {kind} {what!r}{nearest(what, known)}")
        if kind == "version" and not _numbers(what):
            raise UnknownCondition(f"--given: {what!r} is no version")
        given.setdefault(kind, []).append(what)
    return given


def terms_of(claim: Claim) -> Iterator[tuple[str, str]]:
    """Every condition of a claim and of what holds otherwise."""
    for one in (claim, *claim.otherwise):
        yield from one.when


def settled(matrix: Matrix, given: Given) -> Matrix:
    """A matrix whose claims depend only on what was not stated."""
    claims = {name: _settled(claim, given) for name, claim in matrix.claims.items()}
    return replace(matrix, claims={name: claim for name, claim in claims.items() if claim})


def _settled(claim: Claim, given: Given) -> Claim | None:
    left: list[Claim] = []
    for one in (replace(claim, otherwise=()), *claim.otherwise):
        states = [_holds(kind, what, given) for kind, what in one.when]
        if False in states:
            continue
        unknown = tuple(term for term, state in zip(one.when, states, strict=True) if state is None)
        left.append(replace(one, when=unknown))
        if not unknown:
            break
    return replace(left[0], otherwise=tuple(left[1:])) if left else None


def _holds(kind: str, what: str, given: Given) -> bool | None:
    """Whether a condition holds; None where that was not stated."""
    stated = given.get(kind, ())
    if kind == "version":
        return all(_fits(stated[-1], part) for part in what.split()) if stated else None
    if what in stated:
        return True
    exclusive = kind == "endpoint" and any(not one.startswith(NOT) for one in stated)
    return False if NOT + what in stated or exclusive else None


_COMPARED: Mapping[str, Callable[[Any, Any], bool]] = {
    ">=": operator.ge,
    "<=": operator.le,
    ">": operator.gt,
    "<": operator.lt,
    "": operator.eq,
}


def _fits(version: str, wanted: str) -> bool:
    sign = re.match(r"[<>]=?", wanted)
    compared = _COMPARED[sign[0] if sign else ""]
    one, other = _numbers(version), _numbers(wanted)
    length = max(len(one), len(other))
    return compared(one + (0,) * (length - len(one)), other + (0,) * (length - len(other)))


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(one) for one in re.findall(r"\d+", version))
