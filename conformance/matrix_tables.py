"""Matrices as tables: one matrix, the difference of two, all editions of a server side by side."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from conformance.features import all_features
from conformance.messages import Json
from conformance.model import Claim, Matrix
from conformance.render.tables import Table, to_text

SILENT = "-"
"""Stands where a document says nothing."""

_ADDRESS = re.compile(r"https?://\S+")
_MOST = 1000
"""How many characters of a cell are shown: a matrix is not cut."""


def shown(matrix: Matrix, markdown: bool = False) -> Iterator[str]:
    """A matrix whole, for a terminal or as Markdown: where it comes from, its claims, what was left out, and the notes."""
    yield from _head(matrix, markdown)
    rows = tuple(row for name in union((matrix,)) for row in _rows(matrix.claims[name]))
    yield ""
    yield _written(Table("what the document says", ("feature", "stance", "more", "where"), rows), markdown)
    if matrix.excluded:
        left = tuple((_where_left(entry), str(entry["reason"])) for entry in matrix.excluded)
        yield ""
        yield _written(Table("left out, and why", ("where", "reason"), left), markdown)
    if matrix.notes:
        yield ""
        notes = tuple((name, matrix.notes[name]) for name in all_features() if name in matrix.notes)
        yield _written(Table("not said by the document, and never judged", ("feature", "note"), notes), markdown)


def _written(table: Table, markdown: bool) -> str:
    return to_markdown(table) if markdown else to_text(table, _MOST)


def to_markdown(table: Table) -> str:
    """A table of a matrix as Markdown. The words are those of a linted file, so little is escaped, and features are code."""
    rows = ["| " + " | ".join(prose(str(cell)) for cell in row) + " |" for row in table.rows]
    heads = f"| {' | '.join(table.columns)} |\n|{' --- |' * len(table.columns)}"
    return "\n".join([f"**{table.title}**", "", heads, *rows])


def prose(text: str) -> str:
    """Words of a matrix as Markdown, on one line."""
    if text in all_features():
        return f"`{text}`"
    if _ADDRESS.fullmatch(text):
        return f"<{text}>"
    return re.sub(r"[|*<\\`]", r"\\\g<0>", text)


def _head(matrix: Matrix, markdown: bool) -> Iterator[str]:
    about = matrix.document
    facts = {
        "document": matrix.url or "no known address",
        "retrieved": about.get("retrieved"),
        "by": about.get("by"),
        "about it": about.get("note"),
        "inherits": matrix.inherits,
        "withdrawn": ", ".join(matrix.withdrawn),
        "sha256": about.get("sha256"),
    }
    title = f"{matrix.id}: {matrix.title}"
    yield f"## {matrix.id}\n\n{matrix.title}\n" if markdown else title
    for name, fact in facts.items():
        if fact:
            yield f"- {name}: {fact}" if markdown else f"  {name:10} {fact}"


def _rows(claim: Claim) -> Iterator[tuple[str, str, str, str]]:
    yield (claim.feature, claim.stance.value, said(claim), where(claim))
    for one in claim.otherwise:
        yield ("", one.stance.value, said(one) or "otherwise", where(one))


def said(claim: Claim) -> str:
    """What a claim says beside its stance: on what it depends, what is to be seen, what is told, its note."""
    parts = [f"when {' and '.join(f'{kind} {what}' for kind, what in claim.when)}"] if claim.when else []
    parts += [f"{name} = {_value(value)}" for name, value in claim.expects.items()]
    parts += [f"{name} {_value(value)}" for name, value in _apart(claim.more).items()]
    return "; ".join([*parts, claim.note] if claim.note else parts)


def _value(value: Json) -> str:
    if isinstance(value, list):
        return ", ".join(map(_value, value))
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def where(claim: Claim) -> str:
    """The place in the document that a claim cites."""
    lines = _lines(claim.lines)
    page = f"page {claim.more['page']}" if "page" in claim.more else ""
    edition = f"({claim.stated_in})" if claim.stated_in else ""
    return " ".join(part for part in (lines, claim.at, page and f"[{page}]", edition) if part)


def _where_left(entry: Any) -> str:
    return " ".join(part for part in (_lines(entry.get("lines", ())), str(entry.get("at", ""))) if part)


def _lines(lines: Sequence[int]) -> str:
    return f"{'line' if len(lines) == 1 else 'lines'} {', '.join(map(str, lines))}" if lines else ""


def difference(one: Matrix, other: Matrix, markdown: bool = False) -> Iterator[str]:
    """The features of which two matrices say different things, whatever the places that they cite."""
    rows = [(name, cell(one, name), cell(other, name)) for name in union((one, other)) if cell(one, name) != cell(other, name)]
    same = sum(name in other.claims for name in one.claims) - sum(SILENT not in (left, right) for _, left, right in rows)
    words = sum(_promised(one, name) == _promised(other, name) for name, *_ in rows)
    more = f", {words} of them in words alone" if words else ""
    title = f"features said differently: {len(rows)}{more}; said alike: {same}"
    yield _written(Table(title, ("feature", one.id, other.id), tuple(rows)), markdown) if rows else title


def _promised(matrix: Matrix, feature: str) -> list[Claim]:
    """What a matrix says of a feature but for the words and the places."""
    claim = matrix.claims.get(feature)
    told = (claim, *claim.otherwise) if claim else ()
    return [Claim(feature, one.stance, expects=one.expects, when=one.when, more=_apart(one.more)) for one in told]


def _apart(more: Mapping[str, Json]) -> dict[str, Json]:
    return {name: value for name, value in more.items() if name != "page"}


def union(matrices: Iterable[Matrix]) -> list[str]:
    """Every feature of which one of the matrices says something, in the order of the vocabulary."""
    spoken = {name for matrix in matrices for name in matrix.claims}
    return [name for name in all_features() if name in spoken]


def cell(matrix: Matrix, feature: str) -> str:
    """What a matrix says of a feature, on one line."""
    claim = matrix.claims.get(feature)
    if claim is None:
        return SILENT
    return "; otherwise ".join(_short(one) for one in (claim, *claim.otherwise))


def _short(claim: Claim) -> str:
    more = said(claim)
    return f"{claim.stance.value} ({more})" if more else claim.stance.value


def side_by_side(matrices: Sequence[Matrix]) -> str:
    """The editions of a server as a Markdown table, the stances alone; a plus marks what depends on a condition."""
    rows = tuple((name, *(_stance(matrix, name) for matrix in matrices)) for name in union(matrices))
    return to_markdown(Table("claims by edition", ("feature", *(matrix.edition for matrix in matrices)), rows))


def _stance(matrix: Matrix, feature: str) -> str:
    claim = matrix.claims.get(feature)
    if claim is None:
        return SILENT
    stances = "/".join(dict.fromkeys(one.stance.value for one in (claim, *claim.otherwise)))
    return f"{stances} +" if claim.when else stances
