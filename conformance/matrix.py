"""Feature matrices: the claims of one edition of one server's document, from YAML, errors as file:line. An edition may take
over the claims of an earlier one and state what changed.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

from conformance.claims import claim_of
from conformance.documents import DocumentError, line_of, nearest, plain, read_document, read_text
from conformance.matrix_problems import inherited_problems, problems
from conformance.model import Claim, Matrix
from conformance.schema import specs

_MOST_EDITIONS = 50
"""How long a line of editions may be before it is taken for a circle."""


class UnknownMatrix(ValueError):
    """No matrix of that name comes with the suite, and no such file exists."""


class SameName(ValueError):
    """Two different documents have one id."""


def matrix_names() -> tuple[str, ...]:
    """The matrices that come with the suite."""
    return tuple(sorted(file.name.removesuffix(".yaml") for file in specs("matrices").iterdir()))


def load_matrix(name: str) -> Matrix:
    """The matrix of a name or a file. Raises UnknownMatrix, DocumentError and, for an unreadable file, OSError."""
    text, file, folder = _text_of(name)
    return _read(text, file, folder, 0)


def load_matrices(names: Iterable[str]) -> tuple[Matrix, ...]:
    """The matrices of names or files, each document once. Raises SameName for two that a report could not tell apart, and what
    `load_matrix` does.
    """
    found: dict[str, tuple[str, Matrix]] = {}
    for name in names:
        matrix = load_matrix(name)
        first, other = found.setdefault(matrix.id, (name, matrix))
        if other.sha256 != matrix.sha256:
            raise SameName(f"{first} and {name} are both called {matrix.id}: give one of them another edition")
    return tuple(matrix for _, matrix in found.values())


def parse_matrix(text: str, file: str) -> Matrix:
    """The matrix in a YAML text; the first thing wrong with it is raised as DocumentError."""
    return _read(text, file, None, 0)


def file_problems(name: str) -> Iterator[DocumentError]:
    """Everything wrong with the matrix of a name or a file. Raises UnknownMatrix and OSError."""
    try:
        text, file, folder = _text_of(name)
        document = read_document(text, file)
        found = list(problems(document, file))
        yield from found
        if not found and document.get("inherits"):
            earlier = _earlier(document, file, folder, 0)
            yield from inherited_problems(document, earlier, file)
    except DocumentError as error:
        yield error


def _text_of(name: str) -> tuple[str, str, Path | None]:
    """The text behind a name, what to call it in messages, and the folder where its earlier editions may be."""
    if name in matrix_names():
        return specs("matrices", f"{name}.yaml").read_text("utf-8"), f"{name}.yaml", None
    path = Path(name)
    if not path.exists():
        known = nearest(name, matrix_names()) or f"; `list matrices` names the {len(matrix_names())} there are"
        raise UnknownMatrix(f"no matrix and no file {name!r}{known}")
    return read_text(path, name), name, path.parent


def _read(text: str, file: str, folder: Path | None, depth: int) -> Matrix:
    document = read_document(text, file)
    for error in problems(document, file):
        raise error
    claims = {name: claim_of(name, entry, document["claims"].lines[name]) for name, entry in document["claims"].items()}
    matrix = Matrix(
        id=str(document["id"]),
        server=str(document["server"]),
        edition=str(document["edition"]),
        title=str(document["title"]),
        url=str(document["document"]["url"]),
        claims=claims,
        excluded=tuple(plain(document.get("excluded") or [])),
        sha256=hashlib.sha256(text.encode()).hexdigest(),
        document=plain(document["document"]),
        inherits=str(document.get("inherits") or ""),
        withdrawn=tuple(map(str, document.get("withdrawn") or ())),
        pages=plain(document.get("pages") or {}),
        notes={name: str(note) for name, note in (document.get("notes") or {}).items()},
    )
    if not matrix.inherits:
        return matrix
    earlier = _earlier(document, file, folder, depth)
    for error in inherited_problems(document, earlier, file):
        raise error
    return _after(matrix, earlier)


def _after(matrix: Matrix, earlier: Matrix) -> Matrix:
    """A matrix with the claims that it takes over, in the order of the earlier edition, new ones last."""
    taken = {
        name: _stated_in(claim, earlier.id)
        for name, claim in earlier.claims.items()
        if name not in matrix.claims and name not in matrix.withdrawn
    }
    order = dict.fromkeys([*earlier.claims, *matrix.claims])
    return replace(
        matrix,
        claims={name: matrix.claims.get(name) or taken[name] for name in order if name in matrix.claims or name in taken},
        sha256=hashlib.sha256(f"{earlier.sha256}{matrix.sha256}".encode()).hexdigest(),
    )


def _stated_in(claim: Claim, edition: str) -> Claim:
    others = tuple(_stated_in(one, edition) for one in claim.otherwise)
    return replace(claim, stated_in=claim.stated_in or edition, otherwise=others)


def _earlier(document: Any, file: str, folder: Path | None, depth: int) -> Matrix:
    name, line = str(document["inherits"]), line_of(document, "inherits")
    if depth >= _MOST_EDITIONS or name == document["id"]:
        raise DocumentError(file, line, f"inherits {name!r} in a circle")
    beside = folder / f"{name}.yaml" if folder else None
    if beside and beside.is_file():
        return _read(read_text(beside, str(beside)), str(beside), folder, depth + 1)
    if name not in matrix_names():
        raise DocumentError(file, line, f"inherits the unknown matrix {name!r}{nearest(name, matrix_names())}")
    return _read(specs("matrices", f"{name}.yaml").read_text("utf-8"), f"{name}.yaml", folder, depth + 1)
