"""What a run is about: options, cases, documents and known failures, read before the first byte is sent."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from conformance.conditions import given_of, settled
from conformance.documents import nearest
from conformance.matrix import load_matrices
from conformance.messages import Exchange
from conformance.model import RECORDED, Case, Matrix
from conformance.options import Options
from conformance.recipes import load_recipe
from conformance.recordings import recording_in
from conformance.redaction import is_secret
from conformance.registry import all_checks
from conformance.report import read_baseline, unknown_entries
from conformance.selection import select, words


class WrongUse(ValueError):
    """What the operator asked for cannot be done; the message is one line that says why."""


@dataclass(frozen=True)
class Plan:
    """What a run is about, read before the first byte is sent. `known` are the exchanges of a run that is resumed."""

    options: Options
    cases: tuple[Case, ...]
    matrices: tuple[Matrix, ...]
    baseline: tuple[str, ...]
    known: Mapping[str, Exchange]


def prepare(options: Options) -> Plan:
    """Reads everything that the options name. Raises WrongUse."""
    try:
        if options.launch:
            _check_launch(options)
        documents = load_matrices(options.matrix)
        named = {"vision": options.vision_model, "embedding": options.embedding_model}
        given = given_of(options.given, documents, [one for one, model in named.items() if model])
        matrices = tuple(settled(one, given) for one in documents)
        cases = select(options)
        known = dict(recording_in(Path(options.resume))) if options.resume else {}
        return Plan(options, cases, matrices, _baseline(options, matrices, cases), known)
    except (ValueError, OSError) as error:
        raise WrongUse(one_line(error)) from None


def _check_launch(options: Options) -> None:
    """Raises WrongUse where something else is to be tested as well, ValueError or OSError for a recipe that cannot be read."""
    if options.base_url or options.replay:
        raise WrongUse("--launch starts a server of its own: leave out --base-url and --replay")
    load_recipe(options.launch or "")


def _baseline(options: Options, matrices: tuple[Matrix, ...], cases: tuple[Case, ...]) -> tuple[str, ...]:
    if options.baseline is None:
        return ()
    entries = read_baseline(Path(options.baseline).read_text("utf-8"))
    known = {f"{check.id}-{via}" for check in all_checks().values() for via in (*check.via, RECORDED)}
    for entry in unknown_entries(entries, known, [matrix.id for matrix in matrices]):
        raise WrongUse(f"{options.baseline}: no case and document of this run are called {entry!r}{nearest(entry, words(cases))}")
    return entries


def one_line(error: Exception) -> str:
    """An error as the one line that wrong use is answered with."""
    if isinstance(error, OSError) and error.filename:
        return f"cannot read {error.filename}: {error.strerror}"
    return " ".join(str(error).split())


def secrets_of(options: Options) -> tuple[str, ...]:
    """What must not be written or printed, wherever it comes from: the key, and the secrets among the operator's own headers."""
    headers = map(operators_header, options.header)
    return (*filter(None, [options.api_key]), *(value for name, value in headers if is_secret(name, value)))


def operators_header(line: str) -> tuple[str, str]:
    """Name and value of a header as the operator gave it. Raises WrongUse."""
    name, colon, value = line.partition(":")
    if not colon or not name.strip():
        raise WrongUse("--header takes 'Name: value'")
    return name.strip(), value.strip()
