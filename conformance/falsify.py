"""Property-based search: draws values, looks for one that is handled wrongly, shrinks it. The only importer of hypothesis.

The search is the same in every run (derandomised, no database), so that equal requests are asked once and verdicts repeat.
https://hypothesis.readthedocs.io/en/latest/reference/api.html#hypothesis.settings
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING, Any

from conformance.messages import Json
from conformance.model import Finding

if TYPE_CHECKING:
    from hypothesis.strategies import SearchStrategy

Judged = Callable[[Json], Iterable[Finding]]

KINDS = ("null", "boolean", "integer", "number", "string", "array", "object")
"""The types of JSON Schema from which values can be drawn."""


def counterexample(choices: dict[str, tuple[str, ...]], judged: Judged, most: int) -> Iterator[Finding]:
    """Looks for a pair of a name and a value of one of its kinds that is judged badly, and yields the findings about the simplest
    one. `judged` is asked at most so many times, shrinking included; pairs that it was asked about are not asked again.
    """
    from hypothesis import find  # only here, since the library takes a while to load
    from hypothesis.errors import NoSuchExample

    known: dict[str, list[Finding]] = {}

    def bad(pair: tuple[str, Json]) -> bool:
        key = repr(pair)
        if key not in known:
            if len(known) >= most:
                return False
            known[key] = list(judged(pair))
        return bool(known[key])

    try:
        simplest = find(_pairs(choices), bad, settings=_settings(most))
    except NoSuchExample:
        return
    yield from known[repr(simplest)]


def _pairs(choices: dict[str, tuple[str, ...]]) -> SearchStrategy[tuple[str, Json]]:
    from hypothesis import strategies as of

    small = of.integers(-9, 9) | of.none()
    kinds: dict[str, SearchStrategy[Any]] = {
        "null": of.none(),
        "boolean": of.booleans(),
        "integer": of.integers(-(2**63), 2**63 - 1),
        "number": of.floats(allow_nan=False, allow_infinity=False),
        "string": of.text(max_size=20),
        "array": of.lists(small | of.text(max_size=5), max_size=3),
        "object": of.dictionaries(of.text(max_size=5), small, max_size=3),
    }

    def values(name: str) -> SearchStrategy[tuple[str, Json]]:
        return of.tuples(of.just(name), of.one_of(*(kinds[kind] for kind in choices[name])))

    return of.sampled_from(sorted(choices)).flatmap(values)


def _settings(most: int) -> Any:
    from hypothesis import HealthCheck, Phase, settings

    return settings(
        max_examples=most,
        derandomize=True,
        database=None,
        deadline=None,
        phases=(Phase.generate, Phase.shrink),
        suppress_health_check=list(HealthCheck),
    )
