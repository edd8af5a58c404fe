"""Whether a document is still what a matrix mirrors. A matrix keeps no text, but the text's sha256 and a short hash of every
line, so that it can be told which lines changed and which claims cite them.
"""

from __future__ import annotations

import difflib
import hashlib
import textwrap
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from conformance.messages import Json
from conformance.model import Matrix

_DIGITS = 6
"""Hexadecimal digits of a line's hash: two different lines of a page are taken for equal once in 16 million."""


class NoMirror(ValueError):
    """The matrix does not say which text it mirrors, or has no page of that name."""


@dataclass(frozen=True)
class Drift:
    """How a text differs from the mirrored one. `changed` are lines of the mirrored text that are gone or say something else,
    `moved` maps the others to their new place, `added` are lines of the new text. `known` is False without line hashes.
    """

    changed: tuple[int, ...]
    added: tuple[int, ...]
    moved: Mapping[int, int]
    known: bool = True

    def __bool__(self) -> bool:
        """Whether anything changed but white space at the ends of lines."""
        return not self.known or bool(self.changed or self.added)


def mirrored(text: bytes) -> Mapping[str, str]:
    """What a matrix keeps of a text."""
    return {"sha256": hashlib.sha256(text).hexdigest(), "line_hashes": " ".join(line_hashes(text))}


def line_hashes(text: bytes) -> list[str]:
    """A hash for each line, white space at its ends apart."""
    lines = text.decode("utf-8", "replace").splitlines()
    return [hashlib.sha256(line.strip().encode()).hexdigest()[:_DIGITS] for line in lines]


def drift(matrix: Matrix, text: bytes, page: str = "") -> Drift:
    """How a text differs from the one that the matrix mirrors. Raises NoMirror."""
    source = _source(matrix, page)
    if "sha256" not in source:
        raise NoMirror(f"{matrix.id} does not say which text it mirrors{f' on the page {page}' if page else ''}")
    now = line_hashes(text)
    if source["sha256"] == hashlib.sha256(text).hexdigest():
        return Drift((), (), {line: line for line in range(1, len(now) + 1)})
    if "line_hashes" not in source:
        return Drift((), (), {}, known=False)
    return _compared(str(source["line_hashes"]).split(), now)


def _source(matrix: Matrix, page: str) -> Mapping[str, Json]:
    if not page:
        return matrix.document
    if page not in matrix.pages:
        raise NoMirror(f"{matrix.id} has no page {page!r}; there are {', '.join(matrix.pages) or 'none'}")
    return matrix.pages[page]


def _compared(was: list[str], now: list[str]) -> Drift:
    changed: list[int] = []
    added: list[int] = []
    moved: dict[int, int] = {}
    for kind, start, end, new_start, new_end in difflib.SequenceMatcher(None, was, now, autojunk=False).get_opcodes():
        if kind == "equal":
            moved |= {start + step + 1: new_start + step + 1 for step in range(end - start)}
        else:
            changed += range(start + 1, end + 1)
            added += range(new_start + 1, new_end + 1)
    return Drift(tuple(changed), tuple(added), moved)


def told(matrix: Matrix, text: bytes, page: str = "") -> Iterator[str]:
    """A drift in words: the lines, the claims that cite them, the claims whose lines moved, and what to keep of the new text.
    Raises NoMirror.
    """
    found = drift(matrix, text, page)
    if not found:
        yield f"{matrix.id}: no drift"
        return
    yield f"{matrix.id}: the document is not the mirrored text any more"
    if not found.known:
        yield "  which lines changed is not known: the matrix keeps no line hashes"
    if found.changed:
        yield f"  changed or gone: {counted(found.changed)} of the mirrored text"
    if found.added:
        yield f"  new or changed: {counted(found.added)} of the document"
    cited = list(_cited(matrix, page))
    for name, lines in cited:
        hit = [line for line in lines if line in found.changed]
        if hit:
            yield f"  {name}: cites {counted(hit)}, which changed"
    for name, lines in cited:
        gone = [f"{line} is now {found.moved[line]}" for line in lines if found.moved.get(line, line) != line]
        if gone:
            yield f"  {name}: line {', '.join(gone)}"
    yield "once the claims are up to date, keep of this text:"
    yield from kept(text)


def kept(text: bytes) -> Iterator[str]:
    """The lines of YAML that tell which text a matrix mirrors."""
    mirror = mirrored(text)
    yield f'  sha256: "{mirror["sha256"]}"'
    wrapped = textwrap.wrap(mirror["line_hashes"], 118)
    yield '  line_hashes: "' + "\n    ".join(wrapped) + '"'


def _cited(matrix: Matrix, page: str) -> Iterator[tuple[str, tuple[int, ...]]]:
    for claim in matrix.claims.values():
        for one in (claim, *claim.otherwise):
            if one.lines and not one.stated_in and one.more.get("page", "") == page:
                yield one.feature, one.lines
    for entry in matrix.excluded:
        lines = entry.get("lines")
        if isinstance(lines, list) and not page:
            yield f"left out ({str(entry['reason'])[:40]})", tuple(lines)


def counted(lines: Sequence[int]) -> str:
    """Lines of a text in words: line 4, lines 1-3, 7."""
    return f"{'line' if len(lines) == 1 else 'lines'} {ranges(lines)}"


def ranges(lines: Iterable[int]) -> str:
    """Line numbers as ranges: 1-3, 7."""
    runs: list[list[int]] = []
    for line in sorted(set(lines)):
        if runs and line == runs[-1][1] + 1:
            runs[-1][1] = line
        else:
            runs.append([line, line])
    return ", ".join(str(first) if first == last else f"{first}-{last}" for first, last in runs)
