"""Property-based search: draws values, looks for one that is handled wrongly, shrinks it. The only importer of hypothesis.

The search is the same in every run (derandomised, no database), so that equal requests are asked once and verdicts repeat.
https://hypothesis.readthedocs.io/en/latest/reference/api.html#hypothesis.settings
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from conformance.messages import Json
from conformance.model import Finding

if TYPE_CHECKING:
    from hypothesis.strategies import SearchStrategy

Judged = Callable[[Json], Iterable[Finding]]

KINDS = ("null", "boolean", "integer", "number", "string", "array", "object")
"""The types of JSON Schema from which values can be drawn."""

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

    small, text = of.integers(-9, 9) | of.none(), lambda most: of.text(LETTERS, max_size=most)
    known: dict[str, SearchStrategy[Any]] = {
        "null": of.none(),
        "boolean": of.booleans(),
        "integer": of.integers(-(2**63), 2**63 - 1),
        "number": of.floats(allow_nan=False, allow_infinity=False),
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
