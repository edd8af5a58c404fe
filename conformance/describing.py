"""What the names of the suite mean, as lines of text: checks and rules, features, matrices, faults."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Iterator

from conformance.documents import nearest
from conformance.features import all_features
from conformance.matrix import load_matrix, matrix_names
from conformance.model import Check, Matrix
from conformance.reference.faults import all_faults
from conformance.registry import all_checks


class Unknown(ValueError):
    """Nothing has that name."""


def names(kind: str) -> Iterator[str]:
    """The names of a kind (checks, rules, features, matrices, faults) with what they say in one line."""
    if kind in ("checks", "rules"):
        for check in all_checks().values():
            if bool(check.on) == (kind == "rules"):
                yield f"{check.id:34} {check.level.value:6} {check.title}"
    elif kind == "features":
        yield from (f"{one.name:26} {one.title}" for one in all_features().values())
    elif kind == "matrices":
        yield from (f"{name:26} {load_matrix(name).title}" for name in matrix_names())
    else:
        yield from (f"{one.name:40} {one.about}" for one in all_faults().values())


def describe(name: str) -> Iterable[str]:
    """What a name means. Raises Unknown."""
    checks, features, faults = all_checks(), all_features(), all_faults()
    if name in checks:
        return list(_check_lines(checks[name]))
    if name in features:
        own = (f"  {one.id:34} {one.level.value:6} {one.title}" for one in checks.values() if one.feature == name)
        return [f"{name}: {features[name].title}", *own]
    if name in matrix_names():
        return list(_matrix_lines(load_matrix(name)))
    if name in faults:
        fault = faults[name]
        return [f"{name}: {fault.about}", f"seen: {fault.seen}", f"speaks: {', '.join(fault.speaks)}"]
    known = [*checks, *features, *matrix_names(), *faults]
    raise Unknown(f"nothing is called {name!r}{nearest(name, known)}")


def _check_lines(check: Check) -> Iterator[str]:
    yield f"{check.id} ({'rule' if check.on else 'check'}, revision {check.revision})"
    yield f"  a right server  {check.title}"
    yield f"  level           {check.level.value}, by {check.authority}"
    yield f"  feature         {check.feature}"
    yield f"  source          {check.link}"
    yield f"  through         {', '.join(check.via)}"
    if check.on:
        yield f"  judges          every exchange of: {check.on}"
    if check.about:
        yield from textwrap.wrap(check.about, 96, initial_indent="  how it is told  ", subsequent_indent=" " * 18)


def _matrix_lines(matrix: Matrix) -> Iterator[str]:
    yield f"{matrix.id}: {matrix.title}"
    yield f"  {matrix.url or 'no known address'}"
    for claim in matrix.claims.values():
        lines = ", ".join(map(str, claim.lines))
        more = f"  {claim.note}" if claim.note else ""
        yield f"  {claim.feature:26} {claim.stance.value:13} lines {lines}{more}"
    for entry in matrix.excluded:
        yield f"  left out ({', '.join(entry['statements'])}): {entry['reason']}"
