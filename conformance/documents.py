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
from datetime import date
from pathlib import Path
from typing import IO, Any

import yaml

from conformance.messages import Json

_WORDS = {"": None, "null": None, "~": None, "true": True, "false": False}
_NUMBER = re.compile(r"-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][-+]?[0-9]+)?")
_MOST_BYTES = 4 << 20
_TOO_LARGE = "is too large for a document"
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


def read_text(path: Path, name: str) -> str:
    """The text of a file. Raises DocumentError for one that is too large or not UTF-8, and OSError."""
    with path.open("rb") as file:
        found = file.read(_MOST_BYTES + 1)
    if len(found) > _MOST_BYTES:
        raise DocumentError(name, 1, _TOO_LARGE)
    try:
        return found.decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError as error:
        line = found.count(b"\n", 0, error.start) + 1
        raise DocumentError(name, line, f"is not UTF-8 at byte {error.start}") from None


def read_document(text: str, file: str) -> Json:
    """The value of a YAML text. Mappings are Entries, texts are Text. Raises DocumentError."""
    if len(text) > _MOST_BYTES:
        raise DocumentError(file, 1, _TOO_LARGE)
    try:
        _refuse_aliases(text, file)
        node = yaml.compose(text, Loader=_LOADER)
        return _value(node, file) if node is not None else None
    except yaml.MarkedYAMLError as error:
        raise _no_yaml(error, text, file) from None
    except yaml.reader.ReaderError as error:
        line = text.encode().count(b"\n", 0, error.position) + 1
        raise DocumentError(file, line, f"is no YAML: has the character U+{error.character:04X}") from None
    except (yaml.YAMLError, RecursionError) as error:
        raise DocumentError(file, 1, f"is no YAML: {str(error).splitlines()[0]}") from None


def _refuse_aliases(text: str, file: str) -> None:
    """A few aliases of aliases stand for more than any memory holds, and a fact is found where it is written."""
    for event in yaml.parse(text, Loader=_LOADER) if "*" in text else ():
        if isinstance(event, yaml.AliasEvent):
            what = f"has the alias *{event.anchor}: write out what it stands for"
            raise DocumentError(file, _line(event.start_mark), what)


def _no_yaml(error: yaml.MarkedYAMLError, text: str, file: str) -> DocumentError:
    """What the parser says, and what its words most often come from."""
    line, what = _line(error.problem_mark), str(error.problem)
    if re.match(r" *\t", "".join(text.split("\n")[line - 1 : line])):
        what = "a tab indents this line, where only spaces may"
    elif what.startswith("but "):
        what = f"{error.context}, {what}"
    elif "expected ',' or" in what and error.context_mark:
        what += f" in what begins on line {_line(error.context_mark)}; a text with a colon or a comma in it stands in quotes"
    return DocumentError(file, line, f"is no YAML: {what}")


def _line(mark: Any) -> int:
    """The number of a line, counted from 1, that a mark of the parser is on."""
    return mark.line + 1 if mark else 1


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
    if not quoted and not isinstance(number := _number(said), str):
        return number
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


def is_day(value: Json) -> bool:
    """Whether a text is a day that there is, as YYYY-MM-DD."""
    try:
        return isinstance(value, str) and date.fromisoformat(value).isoformat() == value
    except ValueError:
        return False


def nearest(word: str, words: Iterable[str]) -> str:
    """`; did you mean 'x'?` for the nearest valid word, or an empty string. Editions of one server (server@edition) are near."""
    valid = list(words)
    editions = [one for one in valid if "@" in word and one.partition("@")[0] == word.partition("@")[0]]
    found = difflib.get_close_matches(word, editions or valid, n=1, cutoff=0.0 if editions else 0.5)
    return f"; did you mean {found[0]!r}?" if found else ""


def unknown_keys(entries: Entries, file: str, known: Iterable[str]) -> Iterator[DocumentError]:
    """The keys of a mapping that mean nothing, each with the nearest that does."""
    for key in entries:
        if key not in known:
            torn = "; a text with a comma in it stands in quotes" if " " in key and entries[key] is None else ""
            yield DocumentError(file, entries.lines[key], f"has the unknown key {key!r}{torn or nearest(key, known)}")


Told = tuple[int, str, str, Any]
"""A line number, what begins, ends or stands there (map, list, end, alias, scalar), the name of its anchor, and its value."""


def read_stream(file: IO[bytes], name: str) -> Iterator[Told]:
    """The parts of YAML that others wrote, one by one, so that files of any length are read. Only the JSON words are not text,
    tags mean nothing, but for binary. Raises DocumentError.
    """
    try:
        for event in yaml.parse(file, Loader=_LOADER):
            if (told := _told(event)) is not None:
                yield _line(event.start_mark), *told
    except yaml.MarkedYAMLError as error:
        raise DocumentError(name, _line(error.problem_mark), f"is no YAML: {error.problem}") from None
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
