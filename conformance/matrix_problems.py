"""What can be wrong with a matrix: its keys, its words, its sources, claims that contradict each other, its prose, and what
it takes over from an earlier edition.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from conformance.claims import claim_problems, unplaced
from conformance.documents import DocumentError, Entries, Text, is_day, line_of, nearest, plain, unknown_keys
from conformance.features import all_features
from conformance.matrix_prose import prose_problems
from conformance.model import Matrix

_NEEDED = ("schema", "id", "server", "edition", "title", "document", "claims")
_TOP = (*_NEEDED, "inherits", "withdrawn", "pages", "excluded", "notes")
_DOCUMENT = ("url", "retrieved", "by", "note", "text", "sha256", "line_hashes")
_EXCLUDED = ("statements", "lines", "at", "reason")
_BY = ("the server's makers", "a third party", "observation")

_SOME = ("supported", "partial", "approximated")
_AGAINST = {"rejected": (*_SOME, "deviates", "ignored"), "unsupported": _SOME}
"""What cannot be said of a part where that is said of the whole."""


def problems(document: Any, file: str) -> Iterator[DocumentError]:
    """Everything wrong with a matrix by itself, each with its line."""
    if not isinstance(document, Entries):
        yield DocumentError(file, 1, "is no mapping")
        return
    yield from _keys(document, file, _TOP, required=_NEEDED)
    yield from _head(document, file)
    yield from _notes(document, file)
    yield from _excluded(document.get("excluded"), file, line_of(document, "excluded"))
    claims = document.get("claims")
    if not isinstance(claims, Entries) or not claims:
        yield DocumentError(file, line_of(document, "claims"), "has no claims")
        return
    for feature, entry in claims.items():
        yield from _claim(feature, entry, file, claims.lines[feature], document)
    yield from _contradictions(claims, file)
    yield from _placed_twice(claims, document.get("excluded"), file)
    yield from _beyond(document, file)


def inherited_problems(document: Entries, earlier: Matrix, file: str) -> Iterator[DocumentError]:
    """What is wrong between an edition and the earlier one that it names."""
    claims, line = document["claims"], line_of(document, "withdrawn")
    for name in document.get("withdrawn") or ():
        where = getattr(name, "line", line)
        if name not in earlier.claims:
            yield DocumentError(
                file, where, f"withdraws {name}, of which {earlier.id} says nothing{nearest(name, earlier.claims)}"
            )
        if name in claims:
            yield DocumentError(file, claims.lines[name], f"withdraws {name} and makes a claim on it")
    after = Entries({name: {"stance": one.stance.value} for name, one in earlier.claims.items() if not one.when})
    after.lines = dict.fromkeys(after, 0)
    for name in document.get("withdrawn") or ():
        after.pop(name, None)
    after.update(claims)
    after.lines |= claims.lines
    for name, other in _contradicting(after):
        if (name in claims) != (other in claims):
            own, theirs = (name, other) if name in claims else (other, name)
            what = f"contradicts what {earlier.id} says of {theirs}; replace or withdraw one of the two"
            yield DocumentError(file, claims.lines[own], what)


def _keys(entries: Entries, file: str, known: tuple[str, ...], required: tuple[str, ...] = ()) -> Iterator[DocumentError]:
    yield from unknown_keys(entries, file, known)
    for key in required:
        if key not in entries:
            yield DocumentError(file, entries.line, f"lacks the key {key!r}")


def _head(document: Entries, file: str) -> Iterator[DocumentError]:
    if document.get("schema") != 1 or document["schema"] is True:
        yield DocumentError(file, line_of(document, "schema"), "is of a schema this suite does not know; it must be 1")
    for key in ("id", "edition", "inherits"):
        value = document.get(key)
        if key in document and not (isinstance(value, Text) and value.quoted):
            yield DocumentError(file, line_of(document, key), f"has an unquoted {key}: write it in double quotes")
    if document.get("id") != f"{document.get('server')}@{document.get('edition')}":
        yield DocumentError(file, line_of(document, "id"), "has an id that is not SERVER@EDITION")
    for key in ("server", "edition"):
        if key in document and not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9_.+-]*", str(document[key])):
            what = f"has {'an edition' if key == 'edition' else 'a server'} that is no name of letters, digits, dots and hyphens"
            yield DocumentError(file, line_of(document, key), what)
    if "title" in document:
        yield from prose_problems(document["title"], file, line_of(document, "title"), "title")
    withdrawn = document.get("withdrawn")
    if withdrawn is not None and not (isinstance(withdrawn, list) and all(isinstance(one, str) for one in withdrawn)):
        yield DocumentError(file, line_of(document, "withdrawn"), "has a `withdrawn` that is no list of features")
    elif withdrawn and not document.get("inherits"):
        yield DocumentError(file, line_of(document, "withdrawn"), "withdraws claims, but inherits none")
    if "document" in document:
        yield from _source(document["document"], file, line_of(document, "document"), "document")
    pages = document.get("pages")
    if not isinstance(pages, Entries | None):
        yield DocumentError(file, line_of(document, "pages"), "has pages that are no mapping of names to documents")
    if isinstance(pages, Entries):
        for name, page in pages.items():
            yield from _source(page, file, pages.lines[name], f"page {name}")


def _source(source: Any, file: str, line: int, what: str) -> Iterator[DocumentError]:
    if not isinstance(source, Entries):
        yield DocumentError(file, line, f"has a {what} that is no mapping")
        return
    yield from _keys(source, file, _DOCUMENT, required=("url", "retrieved"))
    url = source.get("url") or ""
    if not re.fullmatch(r"https?://\S+|", str(url)):
        yield DocumentError(file, line_of(source, "url"), "has a url that is no address; leave it empty where none is known")
    if "retrieved" in source and not is_day(source["retrieved"]):
        yield DocumentError(file, source.lines["retrieved"], "has a `retrieved` that is no day: write YYYY-MM-DD in quotes")
    if "sha256" in source and not re.fullmatch(r"[0-9a-f]{64}", str(source["sha256"])):
        yield DocumentError(file, source.lines["sha256"], "has a sha256 that is not 64 hexadecimal digits")
    hashes = source.get("line_hashes", "")
    if not re.fullmatch(r"([0-9a-f]{6}( |$))*", str(hashes)) or (hashes and "sha256" not in source):
        what = "has line_hashes that are no hashes of six digits beside a sha256: `matrix drift` prints both"
        yield DocumentError(file, line_of(source, "line_hashes"), what)
    if "by" in source and source["by"] not in _BY:
        yield DocumentError(file, source.lines["by"], f"is by nobody known{nearest(str(source['by']), _BY)}")


def _notes(document: Entries, file: str) -> Iterator[DocumentError]:
    notes = document.get("notes")
    if notes is None:
        return
    if not isinstance(notes, Entries):
        yield DocumentError(file, line_of(document, "notes"), "has notes that are no mapping of features to words")
        return
    for feature, note in notes.items():
        yield from _known(feature, file, notes.lines[feature])
        yield from prose_problems(note, file, notes.lines[feature], "note")


def _known(feature: str, file: str, line: int) -> Iterator[DocumentError]:
    if feature not in all_features():
        yield DocumentError(file, line, f"speaks of the unknown feature {feature!r}{nearest(feature, all_features())}")


def _claim(feature: str, entry: Any, file: str, line: int, document: Entries) -> Iterator[DocumentError]:
    yield from _known(feature, file, line)
    known = all_features().get(feature)
    yield from claim_problems(feature, entry, file, line, known.sees if known else None)
    for one in entry if isinstance(entry, list) else [entry]:
        if isinstance(one, Entries) and "note" in one:
            yield from prose_problems(one["note"], file, one.lines["note"], "note")
        pages = document.get("pages")
        known_pages = list(pages) if isinstance(pages, Entries) else []
        if isinstance(one, Entries) and "page" in one and one["page"] not in known_pages:
            where = nearest(str(one["page"]), known_pages)
            yield DocumentError(file, one.lines["page"], f"cites the unknown page {one['page']!r}{where}")


def _excluded(excluded: Any, file: str, line: int) -> Iterator[DocumentError]:
    if not isinstance(excluded, list | None):
        yield DocumentError(file, line, "has an `excluded` that is no list")
        return
    for entry in excluded or []:
        if not isinstance(entry, Entries):
            yield DocumentError(file, line, "has an excluded statement that is no mapping")
            continue
        yield from _keys(entry, file, _EXCLUDED, required=("reason",))
        yield from unplaced(entry, file)
        if "reason" in entry:
            yield from prose_problems(entry["reason"], file, line_of(entry, "reason"), "reason")


def _contradictions(claims: Entries, file: str) -> Iterator[DocumentError]:
    for name, other in _contradicting(claims):
        what = f"contradicts line {claims.lines[other]}: {name} is {_stance(claims[name])}, but {other} {_stance(claims[other])}"
        yield DocumentError(file, claims.lines[name], what)


def _contradicting(claims: Entries) -> Iterator[tuple[str, str]]:
    """Features that work in parts of something that is not there at all; a refusal contradicts more than a mere gap."""
    for name, entry in claims.items():
        for other in _above(name):
            whole, part = _stance(claims.get(other)), _stance(entry)
            if part in _AGAINST.get(whole, ()):
                yield name, other


def _above(name: str) -> Iterator[str]:
    while "." in name:
        name = name.rpartition(".")[0]
        yield name


def _stance(entry: Any) -> str:
    return str(plain(entry).get("stance", "")) if isinstance(entry, dict) and not entry.get("when") else ""


def _placed_twice(claims: Entries, excluded: Any, file: str) -> Iterator[DocumentError]:
    placed = {
        name: feature
        for feature, entry in claims.items()
        for one in (entry if isinstance(entry, list) else [entry])
        if isinstance(one, dict) and isinstance(one.get("statements"), list)
        for name in one["statements"]
        if isinstance(name, str)
    }
    for entry in excluded if isinstance(excluded, list) else ():
        statements = entry.get("statements") if isinstance(entry, Entries) else ()
        for name in statements if isinstance(statements, list) else ():
            if str(name) in placed:
                what = f"leaves out the statement {name}, which the claim on {placed[name]} is made of"
                yield DocumentError(file, line_of(entry, "statements"), what)


def _beyond(document: Entries, file: str) -> Iterator[DocumentError]:
    """Lines that are cited of a text that is mirrored here and has fewer."""
    claims, excluded = document["claims"].values(), document.get("excluded")
    stated = [one for entry in claims for one in (entry if isinstance(entry, list) else [entry])]
    for entry in (*stated, *(excluded if isinstance(excluded, list) else ())):
        lines = entry.get("lines") if isinstance(entry, Entries) else None
        length = _length(document, entry) if lines else 0
        far = [one for one in lines if type(one) is int and one > length] if length and isinstance(lines, list) else []
        if far:
            what = f"cites line {far[0]} of a document that has {length}"
            yield DocumentError(file, entry.lines["lines"], what)


def _length(document: Entries, entry: Entries) -> int:
    """How many lines the text has that an entry cites; 0 where that is not known."""
    pages = document.get("pages")
    where = pages.get(entry["page"]) if "page" in entry and isinstance(pages, Entries) else document.get("document")
    return len(str(where.get("line_hashes", "")).split()) if isinstance(where, Entries) else 0
