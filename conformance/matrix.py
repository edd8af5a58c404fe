"""Feature matrices: the claims of one edition of one server's document, from YAML, errors as file:line."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from conformance.documents import DocumentError, Entries, Text, line_of, nearest, plain, read_document
from conformance.features import all_features
from conformance.model import Claim, Matrix, Stance
from conformance.schema import specs

_TOP = ("schema", "id", "server", "edition", "title", "document", "claims", "excluded")
_DOCUMENT = ("url", "retrieved", "note")
_CLAIM = ("stance", "lines", "statements", "note", "expects")
_EXCLUDED = ("statements", "lines", "reason")
_STANCES = tuple(stance.value for stance in Stance if stance is not Stance.UNDOCUMENTED)


class UnknownMatrix(ValueError):
    """No matrix of that name comes with the suite, and no such file exists."""


def matrix_names() -> tuple[str, ...]:
    """The matrices that come with the suite."""
    return tuple(sorted(file.name.removesuffix(".yaml") for file in specs("matrices").iterdir()))


def load_matrix(name: str) -> Matrix:
    """The matrix of a name or a file. Raises UnknownMatrix, DocumentError and, for an unreadable file, OSError."""
    return parse_matrix(*_text_of(name))


def file_problems(name: str) -> Iterator[DocumentError]:
    """Everything wrong with the matrix of a name or a file. Raises UnknownMatrix and OSError."""
    try:
        text, file = _text_of(name)
        yield from problems(read_document(text, file), file)
    except DocumentError as error:
        yield error


def _text_of(name: str) -> tuple[str, str]:
    """The text behind a name, and what to call it in messages."""
    if name in matrix_names():
        return specs("matrices", f"{name}.yaml").read_text("utf-8"), f"{name}.yaml"
    path = Path(name)
    if not path.exists():
        known = nearest(name, matrix_names()) or f"; there are {', '.join(matrix_names())}"
        raise UnknownMatrix(f"no matrix and no file {name!r}{known}")
    try:
        return path.read_text("utf-8"), name
    except UnicodeDecodeError as error:
        raise DocumentError(name, 1, f"is not UTF-8 at byte {error.start}") from None


def parse_matrix(text: str, file: str) -> Matrix:
    """The matrix in a YAML text; the first thing wrong with it is raised as DocumentError."""
    document = read_document(text, file)
    for error in problems(document, file):
        raise error
    claims = document["claims"]
    return Matrix(
        id=str(document["id"]),
        server=str(document["server"]),
        edition=str(document["edition"]),
        title=str(document["title"]),
        url=str(document["document"]["url"]),
        claims={name: _claim(name, entry, claims.lines[name]) for name, entry in claims.items()},
        excluded=tuple(plain(document.get("excluded") or [])),
        sha256=hashlib.sha256(text.encode()).hexdigest(),
    )


def _claim(feature: str, entry: Mapping[str, Any], line: int) -> Claim:
    return Claim(
        feature,
        Stance(str(entry["stance"])),
        tuple(entry["lines"]),
        tuple(str(one) for one in entry.get("statements", ())),
        str(entry.get("note") or ""),
        plain(entry.get("expects") or {}),
        line,
    )


def problems(document: Any, file: str) -> Iterator[DocumentError]:
    """Everything wrong with a matrix, each with its line."""
    if not isinstance(document, Entries):
        yield DocumentError(file, 1, "is no mapping")
        return
    yield from _keys(document, file, _TOP, required=("schema", "id", "server", "edition", "title", "document", "claims"))
    yield from _head(document, file)
    claims = document.get("claims")
    if not isinstance(claims, Entries) or not claims:
        yield DocumentError(file, line_of(document, "claims"), "has no claims")
        return
    for feature, entry in claims.items():
        yield from _claim_problems(feature, entry, file, claims.lines[feature])
    yield from _excluded_problems(document.get("excluded"), file, line_of(document, "excluded"))


def _keys(entries: Entries, file: str, known: tuple[str, ...], required: tuple[str, ...] = ()) -> Iterator[DocumentError]:
    for key in entries:
        if key not in known:
            yield DocumentError(file, entries.lines[key], f"has the unknown key {key!r}{nearest(key, known)}")
    for key in required:
        if key not in entries:
            yield DocumentError(file, entries.line, f"lacks the key {key!r}")


def _head(document: Entries, file: str) -> Iterator[DocumentError]:
    if document.get("schema") != 1:
        yield DocumentError(file, line_of(document, "schema"), "is of a schema this suite does not know; it must be 1")
    for key in ("id", "edition"):
        value = document.get(key)
        if key in document and not (isinstance(value, Text) and value.quoted):
            yield DocumentError(file, line_of(document, key), f"has an unquoted {key}: write it in double quotes")
    if document.get("id") != f"{document.get('server')}@{document.get('edition')}":
        yield DocumentError(file, line_of(document, "id"), "has an id that is not SERVER@EDITION")
    source = document.get("document")
    if not isinstance(source, Entries):
        yield DocumentError(file, line_of(document, "document"), "has a document that is no mapping")
        return
    yield from _keys(source, file, _DOCUMENT, required=("url", "retrieved"))


def _claim_problems(feature: str, entry: Any, file: str, line: int) -> Iterator[DocumentError]:
    if feature not in all_features():
        yield DocumentError(file, line, f"speaks of the unknown feature {feature!r}{nearest(feature, all_features())}")
    if not isinstance(entry, Entries):
        yield DocumentError(file, line, f"has a claim on {feature} that is no mapping")
        return
    yield from _keys(entry, file, _CLAIM, required=("stance", "lines"))
    stance = entry.get("stance")
    if "stance" in entry and stance not in _STANCES:
        yield DocumentError(file, entry.lines["stance"], f"has the unknown stance {stance!r}{nearest(str(stance), _STANCES)}")
    yield from _lines_problems(entry, file)
    if stance == "deviates" and not isinstance(entry.get("expects"), Entries):
        yield DocumentError(file, line, f"says that {feature} deviates, but not how: `expects` is missing")
    if stance == "approximated" and not entry.get("note"):
        yield DocumentError(file, line, f"says that {feature} is approximated, but not how: `note` is missing")


def _lines_problems(entry: Entries, file: str) -> Iterator[DocumentError]:
    lines = entry.get("lines")
    if "lines" in entry and not (isinstance(lines, list) and lines and all(isinstance(one, int) for one in lines)):
        yield DocumentError(file, entry.lines["lines"], "cites no lines: `lines` is a list of line numbers of the document")
    statements = entry.get("statements", [])
    if not isinstance(statements, list) or not all(isinstance(one, str) for one in statements):
        yield DocumentError(file, line_of(entry, "statements"), "has statements that are no list of names")


def _excluded_problems(excluded: Any, file: str, line: int) -> Iterator[DocumentError]:
    if not isinstance(excluded, list | None):
        yield DocumentError(file, line, "has an `excluded` that is no list")
        return
    for entry in excluded or []:
        if not isinstance(entry, Entries):
            yield DocumentError(file, line, "has an excluded statement that is no mapping")
            continue
        yield from _keys(entry, file, _EXCLUDED, required=_EXCLUDED)
