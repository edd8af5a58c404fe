"""The commands `matrix check`, `show`, `diff` and `drift`. Heavy parts are imported late, so that `--help` is quick."""

from __future__ import annotations

import sys
from argparse import Namespace
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from conformance.commands import Refused

if TYPE_CHECKING:
    from conformance.model import Matrix


def check(known: Namespace, _: list[str]) -> int:
    """Lints matrices: every problem as file:line, exit code 1 if there is one."""
    from conformance.matrix import file_problems
    from conformance.plan import one_line

    found = 0
    for name in known.file:
        try:
            problems = list(file_problems(name))
        except (ValueError, OSError) as error:
            raise Refused(one_line(error)) from None
        found += len(problems)
        _say(map(str, problems) if problems else [_sound(name)])
    return 1 if found else 0


def _sound(name: str) -> str:
    """What there is to say of a matrix without problems."""
    from conformance.law import names_of
    from conformance.registry import all_checks

    claims = _loaded(name).claims
    tested = {feature for one in all_checks().values() for feature in names_of(one)}
    untested = sum(feature not in tested for feature in claims)
    taken = sum(bool(claim.stated_in) for claim in claims.values())
    more = f", {taken} of them of earlier editions" if taken else ""
    more += f", {untested} on features that no check asks about yet" if untested else ""
    return f"{name}: {len(claims)} claims{more}, no problem"


def show(known: Namespace, _: list[str]) -> int:
    """Prints a matrix as tables."""
    from conformance.matrix_tables import shown

    _say(shown(_loaded(known.file), known.markdown))
    return 0


def diff(known: Namespace, _: list[str]) -> int:
    """Prints what two matrices say differently."""
    from conformance.matrix_tables import difference

    _say(difference(_loaded(known.one), _loaded(known.other), known.markdown))
    return 0


def drift(known: Namespace, _: list[str]) -> int:
    """Tells how a document differs from the text that a matrix mirrors; exit code 1 if it does."""
    from conformance.matrix_drift import NoMirror, kept, told
    from conformance.matrix_drift import drift as found
    from conformance.plan import one_line

    matrix = _loaded(known.file)
    try:
        text = Path(known.document).read_bytes()
    except OSError as error:
        raise Refused(one_line(error)) from None
    try:
        _say(told(matrix, text, known.page))
        return 1 if found(matrix, text, known.page) else 0
    except NoMirror as error:
        _say([f"{error}; to mirror this one, write beside its url:", *kept(text)])
        return 1


def _loaded(name: str) -> Matrix:
    from conformance.matrix import load_matrix
    from conformance.plan import one_line

    try:
        return load_matrix(name)
    except (ValueError, OSError) as error:
        raise Refused(one_line(error)) from None


def _say(lines: Iterable[str]) -> None:
    for line in lines:
        sys.stdout.write(f"{line}\n")
