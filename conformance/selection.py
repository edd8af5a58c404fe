"""Which cases a run is about."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from fnmatch import fnmatchcase

from conformance.documents import nearest
from conformance.features import all_features
from conformance.model import Case, Level
from conformance.options import Options
from conformance.registry import all_cases, all_checks


class UnknownName(ValueError):
    """Something named in an option matches no case, check, feature or area."""


def select(options: Options) -> tuple[Case, ...]:
    """The cases that the options leave, in the order in which they run. Raises UnknownName."""
    cases = all_cases()
    for option, names in (("--only", options.only), ("--skip", options.skip)):
        for name in names:
            if not any(named(case, name) for case in cases):
                raise UnknownName(f"{option}: no check, case or feature is called {name!r}{nearest(name, words(cases))}")
    return tuple(case for case in cases if _wanted(case, options))


def _wanted(case: Case, options: Options) -> bool:
    levels = list(Level)
    most = Level(options.level) if options.level else Level.MAY
    return (
        (not options.only or any(named(case, name) for name in options.only))
        and not any(named(case, name) for name in options.skip)
        and (not options.area or case.check.area in options.area)
        and levels.index(case.check.level) <= levels.index(most)
        and (not options.via or case.via in options.via)
    )


def named(case: Case, name: str) -> bool:
    """Whether a name is that of the case, its check, its feature (or a feature above it), or a pattern of one of these."""
    own = (case.id, case.check.id, case.check.feature)
    return name in own or case.check.feature.startswith(f"{name}.") or any(fnmatchcase(one, name) for one in own)


def words(cases: Iterable[Case]) -> Iterator[str]:
    """Every name that an option may use."""
    yield from all_checks()
    yield from all_features()
    yield from (case.id for case in cases)
