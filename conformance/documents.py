"""YAML read strictly, with the line of everything. The only importer of yaml.

Plain YAML is a trap for facts: the last of two equal keys wins, `no` becomes false, 2024-03-26 a date and 0.10 the number
0.1. Here only the JSON words are not text, equal keys are errors, and a value knows its line.
https://yaml.org/spec/1.2.2/#103-core-schema
"""

from __future__ import annotations

import binascii
import difflib
import re
from base64 import b64decode
from collections.abc import Iterable, Iterator
from typing import IO, Any

import yaml

from conformance.messages import Json

_WORDS = {"": None, "null": None, "~": None, "true": True, "false": False}
_NUMBER = re.compile(r"-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][-+]?[0-9]+)?")
_MOST_BYTES = 4 << 20
_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
"""The same nodes five times sooner, where the wheel has them."""


class DocumentError(ValueError):
    """Something in a file that is not as it must be; reads `file:line: what`."""

    def __init__(self, file: str, line: int, what: str) -> None:
        super().__init__(f"{file}:{line}: {what}")


class Text(str):
    """A text of a document that knows its line, and whether it was quoted."""

    line: int
    quoted: bool


class Entries(dict[str, Any]):
    """A mapping of a document that knows its own line and the line of each of its keys."""

    line: int
    lines: dict[str, int]


def read_document(text: str, file: str) -> Json:
    """The value of a YAML text. Mappings are Entries, texts are Text. Raises DocumentError."""
    if len(text) > _MOST_BYTES:
        raise DocumentError(file, 1, "is too large for a document")
    try:
        node = yaml.compose(text, Loader=_LOADER)
        return _value(node, file) if node is not None else None
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise DocumentError(file, line, f"is no YAML: {error.problem}") from None
    except (yaml.YAMLError, RecursionError) as error:
        raise DocumentError(file, 1, f"is no YAML: {str(error).splitlines()[0]}") from None


def _value(node: yaml.Node, file: str) -> Json:
    line = node.start_mark.line + 1
    if isinstance(node, yaml.MappingNode):
        return _entries(node, file, line)
    if isinstance(node, yaml.SequenceNode):
        return [_value(one, file) for one in node.value]
    return _scalar(node, line)


def _entries(node: yaml.MappingNode, file: str, line: int) -> Entries:
    entries = Entries()
    entries.line, entries.lines = line, {}
    for key, value in node.value:
        name, where = str(key.value), key.start_mark.line + 1
        if not isinstance(key, yaml.ScalarNode):
            raise DocumentError(file, where, "has a key that is no text")
        if name in entries:
            raise DocumentError(file, where, f"has the key {name!r} twice, first on line {entries.lines[name]}")
        entries[name], entries.lines[name] = _value(value, file), where
    return entries


def _scalar(node: yaml.Node, line: int) -> Json:
    said, quoted = str(node.value), bool(getattr(node, "style", None))
    if not quoted and said in _WORDS:
        return _WORDS[said]
    if not quoted and (number := _NUMBER.fullmatch(said)):
        return float(said) if number[2] or number[3] else int(said)
    text = Text(said)
    text.line, text.quoted = line, quoted
    return text


def line_of(entries: Json, key: str = "") -> int:
    """The line of a key, or of the mapping itself."""
    return entries.lines.get(key, entries.line) if isinstance(entries, Entries) else 1


def plain(value: Json) -> Json:
    """The same value in built-in types."""
    if isinstance(value, dict):
        return {str(key): plain(one) for key, one in value.items()}
    if isinstance(value, list):
        return [plain(one) for one in value]
    return str(value) if isinstance(value, str) else value


def nearest(word: str, words: Iterable[str]) -> str:
    """`; did you mean 'x'?` for the nearest valid word, or an empty string."""
    found = difflib.get_close_matches(word, list(words), n=1, cutoff=0.5)
    return f"; did you mean {found[0]!r}?" if found else ""


Told = tuple[int, str, str, Any]
"""A line number, what begins, ends or stands there (map, list, end, alias, scalar), the name of its anchor, and its value."""


def read_stream(file: IO[bytes], name: str) -> Iterator[Told]:
    """The parts of YAML that others wrote, one by one, so that files of any length are read. Only the JSON words are not text,
    tags mean nothing, but for binary. Raises DocumentError.
    """
    try:
        for event in yaml.parse(file, Loader=_LOADER):
            if (told := _told(event)) is not None:
                yield (event.start_mark.line + 1 if event.start_mark else 1), *told
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise DocumentError(name, line, f"is no YAML: {error.problem}") from None
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise DocumentError(name, 1, f"is no YAML: {str(error).splitlines()[0]}") from None


def _told(event: yaml.Event) -> tuple[str, str, Any] | None:
    if isinstance(event, yaml.ScalarEvent):
        return "scalar", event.anchor or "", _foreign(event)
    if isinstance(event, yaml.CollectionStartEvent):
        return "map" if isinstance(event, yaml.MappingStartEvent) else "list", event.anchor or "", None
    if isinstance(event, yaml.CollectionEndEvent):
        return "end", "", None
    return ("alias", event.anchor or "", None) if isinstance(event, yaml.AliasEvent) else None


def _foreign(event: yaml.ScalarEvent) -> Json | bytes:
    said = str(event.value)
    if str(event.tag or "").endswith(("!binary", ":binary")):
        try:
            return b64decode(said)
        except (binascii.Error, ValueError):
            return said.encode()
    if event.style or event.tag:
        return said
    return _WORDS[said] if said in _WORDS else _number(said)


def _number(said: str) -> str | int | float:
    found = _NUMBER.fullmatch(said)
    if not found or len(said) > 300:
        return said
    return float(said) if found[2] or found[3] else int(said)
