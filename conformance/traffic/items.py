"""The items of a long document one by one, whatever its length: JSON and YAML become the same events, and only one item at a
time is built. The only importer of ijson.

https://pypi.org/project/ijson/
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import IO, Any

import ijson

from conformance.messages import Json
from conformance.recordings import RecordingError
from conformance.traffic.surrogates import Mended
from conformance.traffic.yamls import yaml_events
from conformance.wire import DEEPEST

Event = tuple[str, Any]

PLACES = (("", "log", "entries"), ("", "interactions"), ("", "http_interactions"))
"""Where HAR, vcrpy (also go-vcr) and ruby's vcr keep what they recorded, as the names of the containers around it."""

MOST_EVENTS = 2_000_000
"""How many values and names an item may hold, and how many may come before it."""


def json_items(file: IO[bytes], name: str) -> Iterator[Json]:
    """The items of a HAR or of a cassette in JSON. Raises RecordingError."""
    try:
        yield from items(ijson.basic_parse(Mended(file), use_float=True), name)
    except ijson.JSONError as error:
        raise RecordingError(f"{name}: no JSON: {_first_line(error)}") from None


def yaml_items(file: IO[bytes], name: str) -> Iterator[Json]:
    """The items of a cassette in YAML. Raises RecordingError, also as DocumentError."""
    yield from items(yaml_events(file, name), name)


def items(events: Iterable[Event], name: str) -> Iterator[Json]:
    """Every object in the arrays where recorders keep exchanges. Raises RecordingError."""
    path: list[str] = []
    key = ""
    building: Building | None = None
    idle = 0
    for kind, value in events:
        idle = idle + 1 if building is None else 0
        if idle > MOST_EVENTS:
            raise RecordingError(f"{name}: {MOST_EVENTS} parts hold no exchange")
        if building is not None:
            if building.take(kind, value):
                yield building.value
                building = None
        elif kind == "map_key":
            key = value
        elif kind == "start_map" and tuple(path) in PLACES:
            building = Building(name)
            building.take(kind, value)
        elif kind.startswith("start"):
            path.append(key)
            key = ""
        elif kind.startswith("end"):
            path.pop()


class Building:
    """An item that is being put together from events. Raises RecordingError where it is too deep or too large."""

    def __init__(self, name: str) -> None:
        self.value: Json = None
        self._name = name
        self._open: list[Json] = []
        self._keys: list[str] = []
        self._taken = 0

    def take(self, kind: str, value: Any) -> bool:
        """Adds an event; says whether the item is whole now."""
        self._taken += 1
        if self._taken > MOST_EVENTS or len(self._open) > DEEPEST:
            raise RecordingError(f"{self._name}: an exchange is nested too deeply or has too many parts")
        if kind == "map_key":
            self._keys[-1] = value
        elif kind in ("end_map", "end_array"):
            self._open.pop()
            self._keys.pop()
            return not self._open
        else:
            self._add(kind, value)
        return False

    def _add(self, kind: str, value: Any) -> None:
        made: Json = {} if kind == "start_map" else [] if kind == "start_array" else value
        if not self._open:
            self.value = made
        elif isinstance(self._open[-1], dict):
            self._open[-1][self._keys[-1]] = made
        else:
            self._open[-1].append(made)
        if kind.startswith("start"):
            self._open.append(made)
            self._keys.append("")


def _first_line(error: Exception) -> str:
    said = error.args[0] if error.args else ""
    text = said.decode("utf-8", "replace") if isinstance(said, bytes) else str(said)
    return text.strip().partition("\n")[0][:200]
