"""The pages about servers: `docs/servers/SERVER.md`, the editions of its document side by side, and `docs/comparison.md`,
what the newest editions of all of them say, feature by feature.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from conformance.features import all_features
from conformance.matrix import load_matrix, matrix_names
from conformance.matrix_tables import prose, said, side_by_side, to_markdown, union, where
from conformance.model import Claim, Matrix, Stance
from conformance.render.tables import Table

_MADE = "Made by `python -m conformance.documentation` from `specs/matrices/`; a test fails while it is stale."
_COLUMNS = tuple(stance for stance in Stance if stance is not Stance.UNDOCUMENTED)


def matrix_pages() -> dict[str, str]:
    """Every page by its path below `docs/`."""
    servers = by_server()
    pages = {f"servers/{server}.md": "\n".join(_server(server, editions)) + "\n" for server, editions in servers.items()}
    newest = [editions[-1] for editions in servers.values()]
    return {**pages, "comparison.md": "\n".join(_comparison(newest)) + "\n"}


def by_server() -> dict[str, list[Matrix]]:
    """The matrices that come with the suite, by server, the newest edition last."""
    servers: dict[str, list[Matrix]] = {}
    for matrix in map(load_matrix, matrix_names()):
        servers.setdefault(matrix.server, []).append(matrix)
    return {server: sorted(editions, key=lambda one: age(one.edition)) for server, editions in sorted(servers.items())}


def age(edition: str) -> list[tuple[str, int]]:
    """What editions are put in order by: dates and versions, so that 0.5.9 comes before 0.5.23 and b9999 before b11434."""
    return [(words, int(number or 0)) for words, number in re.findall(r"(\D*)(\d*)", edition)]


def _server(server: str, editions: Sequence[Matrix]) -> Iterator[str]:
    yield f"# {server}: what its documents say\n\n{_MADE}\n"
    yield "A plus marks what depends on a condition; a dash, that the document says nothing. What the stances mean is told in"
    yield "[adding a server](../adding-a-server.md).\n"
    yield _editions(editions)
    yield f"\n{side_by_side(editions)}"
    for matrix in reversed(editions):
        yield f"\n## {matrix.id}\n"
        yield from _edition(matrix)


def _editions(editions: Sequence[Matrix]) -> str:
    rows = tuple((one.edition, one.title, one.url or "no known address", str(one.document["retrieved"])) for one in editions)
    return to_markdown(Table("editions", ("edition", "title", "document", "retrieved"), rows))


def _edition(matrix: Matrix) -> Iterator[str]:
    """What an edition says that no earlier one said, with its places and words."""
    if "note" in matrix.document:
        yield f"{prose(str(matrix.document['note']))}\n"
    own = [one for name in union((matrix,)) for one in _all(matrix.claims[name]) if not one.stated_in]
    title = f"stated here; the rest is taken over from {matrix.inherits}" if matrix.inherits else "what it says"
    rows = tuple((one.feature, one.stance.value, said(one), where(one)) for one in own)
    yield to_markdown(Table(title, ("feature", "stance", "more", "where"), rows))
    if matrix.withdrawn:
        yield f"\nno longer said: {', '.join(f'`{name}`' for name in matrix.withdrawn)}"
    if matrix.excluded:
        yield "\nleft out, since no answer can show it:\n"
        yield from (f"- {prose(str(entry['reason']))}" for entry in matrix.excluded)
    if matrix.notes:
        yield "\nnot said by the document, and never judged:\n"
        yield from (f"- `{name}`: {prose(note)}" for name, note in matrix.notes.items())


def _all(claim: Claim) -> tuple[Claim, ...]:
    return (claim, *claim.otherwise)


def _comparison(newest: Sequence[Matrix]) -> Iterator[str]:
    yield f"# What the documents of {len(newest)} servers say, feature by feature\n\n{_MADE}\n"
    yield "Of each server the newest edition counts. A plus marks what depends on a condition. The second column counts the"
    yield "servers whose document is silent. None of this was tried: it is what documents say.\n"
    areas: dict[str, list[str]] = {}
    for name in union(newest):
        areas.setdefault(name.partition(".")[0], []).append(name)
    for area, names in areas.items():
        rows = tuple(_compared(name, newest) for name in names)
        heads = ("feature", "silent", *(stance.value for stance in _COLUMNS))
        yield f"## {area}\n"
        yield to_markdown(Table(all_features()[names[0]].title if names[0] == area else area, heads, rows))
        yield ""


def _compared(name: str, matrices: Sequence[Matrix]) -> tuple[str | int, ...]:
    told: dict[Stance, list[str]] = {stance: [] for stance in _COLUMNS}
    for matrix in matrices:
        for one in _all(matrix.claims[name]) if name in matrix.claims else ():
            told[one.stance].append(f"{matrix.server}+" if one.when else matrix.server)
    silent = sum(name not in matrix.claims for matrix in matrices)
    return (name, silent, *(", ".join(dict.fromkeys(told[stance])) for stance in _COLUMNS))
