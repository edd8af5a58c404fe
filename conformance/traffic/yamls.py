"""YAML of other people as a stream of small events, in ijson's words, with aliases written out and bombs refused.

https://yaml.org/spec/1.2.2/#71-alias-nodes
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import IO, Any

from conformance.documents import DocumentError, read_stream

Event = tuple[str, Any]

MOST_ANCHORS, MOST_REPEATED = 5_000, 5_000
"""How many anchors are remembered, the latest, and how many events one of them may stand for."""


def yaml_events(file: IO[bytes], name: str) -> Iterator[Event]:
    """start_map, map_key, end_map, start_array, end_array, and values under the kind `value`. Raises DocumentError."""
    containers: list[list[bool]] = []  # of each open one: whether it is a map, and whether a key comes next
    for kind, value in _without_aliases(file, name):
        inside = containers[-1] if containers else [False, False]
        if kind == "end":
            yield ("end_map" if containers.pop()[0] else "end_array"), None
            continue
        if inside[1] and kind != "scalar":
            raise DocumentError(name, 1, "has a key that is no text")
        if inside[1]:
            yield "map_key", value if isinstance(value, str) else str(value)
        elif kind == "scalar":
            yield "value", value
        else:
            containers.append([kind == "map", kind == "map"])
            yield ("start_map" if kind == "map" else "start_array"), None
        if inside[0]:
            inside[1] = not inside[1]


def _without_aliases(file: IO[bytes], name: str) -> Iterator[Event]:
    known: dict[str, list[Event]] = {}
    writing: list[tuple[list[Event], int]] = []
    depth = 0
    for line, kind, anchor, value in read_stream(file, name):
        told = known.get(anchor, []) if kind == "alias" else [(kind, value)]
        if not told or len(told) >= MOST_REPEATED or any(told is one for one, _ in writing):
            raise DocumentError(name, line, f"has an alias of nothing known, or of too much: {anchor[:40]!r}")
        told = list(told)
        if anchor and kind != "alias":
            known.pop(anchor, None)
            known[anchor] = []
            writing.append((known[anchor], depth))
            if len(known) > MOST_ANCHORS:
                del known[next(iter(known))]
        depth += (kind in ("map", "list")) - (kind == "end")
        for one, _ in writing:
            one += told
        writing = [(one, at) for one, at in writing if depth > at and len(one) < MOST_REPEATED]
        yield from told
