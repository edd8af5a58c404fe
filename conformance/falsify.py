"""Property-based search: draws values, looks for one that is handled wrongly, shrinks it. The only importer of hypothesis.

The search is the same in every run (derandomised, no database), so that equal requests are asked once and verdicts repeat.
https://hypothesis.readthedocs.io/en/latest/reference/api.html#hypothesis.settings
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from typing import TYPE_CHECKING, Any

from conformance.messages import Json
from conformance.model import Finding

if TYPE_CHECKING:
    from hypothesis.strategies import SearchStrategy

Judged = Callable[[Json], Iterable[Finding]]

KINDS = ("null", "boolean", "integer", "number", "string", "array", "object")
"""The types of JSON Schema from which values can be drawn."""

_KIND_OF: Mapping[type, str] = {
    dict: "object",
    list: "array",
    str: "string",
    bool: "boolean",
    int: "integer",
    float: "number",
    type(None): "null",
}


def kinds_in(schema: Mapping[str, Json], document: Mapping[str, Json]) -> frozenset[str]:
    """The types that a schema lets a value have; `document` holds what its references point to."""
    if "$ref" in schema:
        return kinds_in(document["$defs"][schema["$ref"].rpartition("/")[2]], document)
    for several in ("anyOf", "oneOf"):
        if several in schema:
            return frozenset().union(*(kinds_in(one, document) for one in schema[several]))
    if "enum" in schema or "const" in schema:
        return frozenset(_KIND_OF[type(value)] for value in schema.get("enum") or [schema["const"]])
    given = schema.get("type", KINDS)
    return frozenset([given] if isinstance(given, str) else given)


def wrong_kinds(name: str, document: Mapping[str, Json]) -> tuple[str, ...]:
    """The types of JSON that no value of a member of an object may have; `number` stands for fractions, so that it is wrong for
    members that are integers too. Null is wrong for members that are required.
    """
    allowed = kinds_in(document["properties"][name], document)
    required = name in document["required"]
    return tuple(kind for kind in KINDS if kind not in (*allowed, "integer") and (kind != "null" or required))


@cache
def drawn(kind: str, count: int = 6) -> tuple[Json, ...]:
    """Up to so many values of a kind, the same in every run; none is empty or zero, which lenient readers take for nothing."""
    values: list[Json] = []

    def note(value: Json) -> Iterator[Finding]:
        if (value or kind in ("null", "boolean")) and len(values) < count:
            values.append(value)
        yield from ()

    list(counterexample((kind,), note, 8 * count, 8 * count))
    return tuple(values)


LETTERS = "ax09 .,:;'\"\\/{}[]<>&%$-_\n\t\0\x7féßİØ漢字あ한हعא€𝄞😀\u200b\u202e\ufeff\uffff"
"""What texts are drawn from: letters that are awkward in one place or another. To draw from all of Unicode costs hypothesis 200
MiB and six seconds for its table of characters.
"""


def counterexample(kinds: tuple[str, ...], judged: Judged, examples: int, most: int) -> Iterator[Finding]:
    """Looks for a value of one of these kinds that is judged badly, and yields the findings about the simplest one. So many
    examples are drawn; with shrinking `judged` is asked at most so many times, and about no value twice.
    """
    from hypothesis import find  # only here, since the library takes a while to load
    from hypothesis.errors import NoSuchExample

    known: dict[str, list[Finding]] = {}

    def bad(value: Json) -> bool:
        key = repr(value)
        if key not in known:
            if len(known) >= most:
                return False
            known[key] = list(judged(value))
        return bool(known[key])

    try:
        with _without_files():
            simplest = find(_values(kinds), bad, settings=_settings(examples))
    except NoSuchExample:
        return
    yield from known[repr(simplest)]


@contextmanager
def _without_files() -> Iterator[None]:
    """Keeps the library from writing a folder of its own wherever a run was started."""
    from hypothesis.configuration import set_hypothesis_home_dir

    set_hypothesis_home_dir(os.devnull)
    try:
        yield
    finally:
        set_hypothesis_home_dir(None)


def _values(kinds: tuple[str, ...]) -> SearchStrategy[Any]:
    from hypothesis import strategies as of

    def text(most: int) -> SearchStrategy[str]:
        return of.text(LETTERS, max_size=most)

    small = of.integers(-9, 9) | of.none()
    known: dict[str, SearchStrategy[Any]] = {
        "null": of.none(),
        "boolean": of.booleans(),
        "integer": of.integers(-(2**63), 2**63 - 1),
        "number": of.integers(-9, 9).map(lambda whole: whole + 0.5),  # tame, lest a lenient reader generate without end
        "string": text(20),
        "array": of.lists(small | text(5), max_size=3),
        "object": of.dictionaries(text(5), small, max_size=3),
    }
    return of.one_of(*(known[kind] for kind in kinds))


def _settings(examples: int) -> Any:
    from hypothesis import HealthCheck, Phase, settings

    return settings(
        max_examples=examples,
        derandomize=True,
        database=None,
        deadline=None,
        phases=(Phase.generate, Phase.shrink),
        suppress_health_check=list(HealthCheck),
    )
