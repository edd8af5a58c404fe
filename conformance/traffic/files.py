"""Files of recorded traffic: found in folders, told apart by their content, unpacked, and read one exchange at a time."""

from __future__ import annotations

import gzip
import io
import json
import re
import sys
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any, cast

from conformance.documents import DocumentError
from conformance.messages import Exchange, Json
from conformance.recordings import MOST_BYTES, RecordingError, exchange_lines
from conformance.traffic.cassettes import interaction_exchange
from conformance.traffic.har import entry_exchange
from conformance.traffic.items import json_items, yaml_items

STANDARD_INPUT = "-"
MOST_NAMED = 10
"""How many damages, and how many files that are no recordings, are told."""
_HEAD = 1 << 16
_BOM = b"\xef\xbb\xbf"
_REQUEST = re.compile(rb'"request"\s*:\s*\{')
_KINDS = (
    ("har", re.compile(rb'\s*\{[^{\[]*"log"\s*:\s*\{')),
    ("cassette", re.compile(rb'\s*\{[^{\[]*"(http_)?interactions"\s*:\s*\[')),
    ("yaml", re.compile(rb"(\A|.*\n)(http_)?interactions:", re.DOTALL)),
)


@dataclass
class Traffic:
    """The exchanges of some files and folders. `left_out` names the files of folders that hold none, as far as they were read;
    `calls` counts exchanges, `others` what a browser recorded besides them, `damages` what cannot be read, of which `damaged`
    tells the first with file and place.
    """

    paths: tuple[Path, ...]
    left_out: list[str] = field(default_factory=list)
    damaged: list[str] = field(default_factory=list)
    calls: int = 0
    others: int = 0
    damages: int = 0

    def __iter__(self) -> Iterator[Exchange]:
        """Every exchange that can be read, when it is asked for. Raises OSError for a path that is not there."""
        for path in self.paths:
            if path.is_dir():
                for inner in _files(path):
                    yield from self._inner(inner)
            elif str(path) == STANDARD_INPUT:
                opened = open(sys.stdin.fileno(), "rb", closefd=False)  # noqa: SIM115 -- closed where it is read
                yield from self._file(opened, "standard input", named=True)
            else:
                yield from self._file(path.open("rb"), str(path), named=True)

    def _inner(self, path: Path) -> Iterator[Exchange]:
        """The exchanges of a file in a folder."""
        try:
            opened = path.open("rb")
        except OSError as error:
            self._spare(RecordingError(f"{path}: {error.strerror}"))
            return
        yield from self._file(opened, str(path), named=False)

    def _file(self, opened: IO[bytes], name: str, named: bool) -> Iterator[Exchange]:
        try:
            yield from self._read(opened, name, named)
        except (RecordingError, DocumentError) as error:
            self._spare(error)

    def _spare(self, error: ValueError) -> None:
        self.damages += 1
        if len(self.damaged) < MOST_NAMED:
            self.damaged.append(" ".join(str(error).split()))

    def _read(self, opened: IO[bytes], name: str, named: bool) -> Iterator[Exchange]:
        with opened, closing(_unpacked(opened)) as file:
            try:
                head = file.peek(_HEAD)
            except (EOFError, OSError, zlib.error) as error:
                head = b""
                if named:
                    raise RecordingError(f"{name}:1: cannot be unpacked: {error}") from None
            kind = _kind(head)
            if not kind and not named:
                self.left_out.append(name)
                return
            if not kind and head.strip()[:1] not in (b"", b"{"):
                raise RecordingError(f"{name}:1: is no HAR, no cassette and no exchange lines")
            if head.startswith(_BOM):
                file.read(len(_BOM))
            yield from self._exchanges(kind or "lines", file, name)

    def _exchanges(self, kind: str, file: io.BufferedReader, name: str) -> Iterator[Exchange]:
        if kind == "lines":
            for exchange in exchange_lines(file, name, self._spare):
                self.calls += 1
                yield exchange
            return
        metered = _Metered(file, name)
        read, make = _READERS[kind]
        for number, item in enumerate(read(cast(IO[bytes], metered), name), 1):
            metered.rest()
            try:
                made = make(item, number)
            except (KeyError, TypeError, ValueError, AttributeError, OverflowError) as error:
                what = "entry" if kind == "har" else "interaction"
                self._spare(RecordingError(f"{name}: {what} {number} is no exchange: {type(error).__name__}: {error}"))
                continue
            self.calls += made is not None
            self.others += made is None
            if made is not None:
                yield made


_READERS: Mapping[str, tuple[Callable[[IO[bytes], str], Iterator[Json]], Callable[[Any, int], Exchange | None]]] = {
    "har": (json_items, entry_exchange),
    "cassette": (json_items, interaction_exchange),
    "yaml": (yaml_items, interaction_exchange),
}


class _Metered:
    """A file that refuses to be read on and on without an exchange to show for it, so that none decides how much is kept."""

    def __init__(self, file: io.BufferedReader, name: str) -> None:
        self._file, self._name, self._spent = file, name, 0

    def read(self, size: int = -1) -> bytes:
        """Some bytes, b"" at the end. Raises RecordingError."""
        try:
            data = self._file.read(min(size, _HEAD) if size > 0 else size and _HEAD)
        except EOFError:
            raise RecordingError(f"{self._name}: the file was packed by somebody who was killed") from None
        except (zlib.error, gzip.BadGzipFile) as error:
            raise RecordingError(f"{self._name}: cannot be unpacked: {error}") from None
        self._spent += len(data)
        if self._spent > MOST_BYTES:
            raise RecordingError(f"{self._name}: {MOST_BYTES >> 20} MiB hold no exchange, or a single one")
        return data

    def rest(self) -> None:
        """An exchange was read."""
        self._spent = 0


def _files(folder: Path) -> Iterable[Path]:
    """The regular files below a folder, those of version control left out, in order."""
    return sorted(path for path in folder.rglob("*") if path.is_file() and ".git" not in path.parts)


def _unpacked(file: IO[bytes]) -> io.BufferedReader:
    plain = file if isinstance(file, io.BufferedReader) else io.BufferedReader(cast(io.RawIOBase, file), _HEAD)
    if plain.peek(2)[:2] != b"\x1f\x8b":
        return io.BufferedReader(cast(io.RawIOBase, plain), _HEAD)
    return io.BufferedReader(cast(io.RawIOBase, gzip.GzipFile(fileobj=plain)), _HEAD)


def _kind(head: bytes) -> str:
    """What a file begins like, or an empty string."""
    start = head.removeprefix(_BOM)
    found = next((kind for kind, pattern in _KINDS if pattern.match(start)), "")
    return found or ("lines" if _begins_with_an_exchange(start) else "")


def _begins_with_an_exchange(start: bytes) -> bool:
    """Whether the first line is an object with a request, as far as it is seen."""
    line, end, _ = start.lstrip().partition(b"\n")
    try:
        value = json.loads(line)
    except (ValueError, RecursionError):
        return line.startswith(b"{") and not end and bool(_REQUEST.search(line))
    return isinstance(value, dict) and "request" in value
