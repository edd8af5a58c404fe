"""Recordings: files of exchanges, one a line, plain or gzipped, as `judge`, `--record`, `--resume` and reports use them.

What a killed writer left half written at the end is left out. https://jsonlines.org
"""

from __future__ import annotations

import gzip
import json
import os
import re
import zlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import asdict
from pathlib import Path
from shutil import copyfile
from typing import IO
from urllib.parse import urlsplit

from conformance.jsonl import Line, exchange_of, line_of
from conformance.messages import Exchange
from conformance.model import Target
from conformance.redaction import redacted

__all__ = [
    "RecordingError",
    "exchange_lines",
    "exchange_of",
    "exchanges_in",
    "keep_recording",
    "line_of",
    "recorded_target",
    "recording_in",
    "write_recording",
]

NAME = "exchanges.jsonl.gz"
PLACES = (NAME, "exchanges.jsonl", ".exchanges/*.json")
"""Where a folder may hold exchanges: a report's or recording's file, or the loose ones of a run that was killed."""


MOST_BYTES = 64 << 20
"""How long a line may be. What claims to be more is no exchange of a person's."""


MOST_BLANK = 100_000
"""How many lines may hold nothing. Packed they take no room, and reading them takes for ever."""


class RecordingError(ValueError):
    """A recording cannot be read; the message begins with file:line."""


def write_recording(exchanges: Iterable[Exchange], folder: Path, target: Target, secrets: Sequence[str] = ()) -> Path:
    """Writes the exchanges of a run, without secrets, and gives the file, which appears whole or not at all."""
    folder.mkdir(parents=True, exist_ok=True)
    path, draft = folder / NAME, folder / f"{NAME}.part"
    about = asdict(target) | {"base_url": re.sub(r"(?<=://)[^/@]*@", "", target.base_url)}
    try:
        with draft.open("wb") as file, gzip.GzipFile(fileobj=file, mode="wb", mtime=0, filename="") as packed:
            for exchange in exchanges:
                line = line_of(exchange, urlsplit(target.base_url).path, secrets) | {"target": redacted(about, secrets)}
                packed.write(_spelled(line))
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)
    return path


def keep_recording(report: Path, folder: Path) -> Path:
    """Puts the recording of a report into another folder as well, where that can be without taking room twice."""
    folder.mkdir(parents=True, exist_ok=True)
    path, draft = folder / NAME, folder / f"{NAME}.part"
    draft.unlink(missing_ok=True)
    try:
        try:
            os.link(report / NAME, draft)
        except OSError:  # another file system, or one without links
            copyfile(report / NAME, draft)
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)
    return path


def _spelled(line: Line) -> bytes:
    try:
        return json.dumps(line, ensure_ascii=False).encode() + b"\n"
    except UnicodeEncodeError:  # a lone surrogate can only be escaped
        return json.dumps(line).encode() + b"\n"


def recording_in(folder: Path) -> Iterator[tuple[str, Exchange]]:
    """Every exchange of a folder, or of one file, with the key it is recorded under. Raises FileNotFoundError, RecordingError."""
    for path in _files(folder):
        for exchange in exchanges_in(path):
            yield exchange.request.key, exchange


def exchanges_in(path: Path) -> Iterator[Exchange]:
    """The exchanges of one file, read one by one. Raises OSError, RecordingError."""
    with closing(_open(path)) as file:
        yield from exchange_lines(file, str(path))


def exchange_lines(file: IO[bytes], name: str, spare: Callable[[RecordingError], None] | None = None) -> Iterator[Exchange]:
    """The exchanges in the lines of an open file. What is wrong with a line goes to `spare`, and the next one is read; without
    it a RecordingError is raised.
    """
    for place, text in _numbered(file, name):
        try:
            line = _line(place, text)
            found = None if line is None else _exchange(place, line)
        except RecordingError as error:
            if spare is None:
                raise
            spare(error)
            continue
        if found is not None:
            yield found


def _exchange(place: str, line: Line) -> Exchange:
    try:
        return exchange_of(line)
    except (KeyError, TypeError, ValueError, AttributeError, OverflowError) as error:
        raise RecordingError(f"{place}: no exchange: {type(error).__name__}: {error}") from None


def recorded_target(folder: Path) -> Target:
    """The target that the exchanges of a folder, or of one file, came from. Raises FileNotFoundError, RecordingError."""
    for path in _files(folder):
        with closing(_open(path)) as file:
            for place, text in _numbered(file, str(path)):
                line = _line(place, text)
                if line is None:
                    continue
                try:
                    return Target(**line["target"])
                except (KeyError, TypeError):
                    raise RecordingError(f"{place}: the recording does not say which server it is of") from None
    raise RecordingError(f"{folder}:1: the recording is empty")


def _files(folder: Path) -> list[Path]:
    if folder.is_file():
        return [folder]
    found = [path for place in PLACES for path in sorted(folder.glob(place))]
    if not found:
        raise FileNotFoundError(2, f"no recording ({NAME}) here", str(folder))
    return found


def _numbered(file: IO[bytes], name: str) -> Iterator[tuple[str, bytes]]:
    """Every line that says something, and its place as file:line. Raises RecordingError where too many say nothing."""
    blank = 0
    for number, text in enumerate(_whole(file, name), 1):
        if text.strip():
            yield f"{name}:{number}", text
        else:
            blank += 1
            if blank > MOST_BLANK:
                raise RecordingError(f"{name}:{number}: more than {MOST_BLANK} lines hold nothing")


def _line(place: str, text: bytes) -> Line | None:
    """The object in a line. A last line without an end may be half of one: then it is None."""
    try:
        line = json.loads(text)
    except (ValueError, RecursionError) as error:
        if not text.endswith(b"\n"):
            return None
        raise RecordingError(f"{place}: no JSON: {error}") from None
    if not isinstance(line, dict):
        raise RecordingError(f"{place}: no JSON object")
    return line


def _open(path: Path) -> IO[bytes]:
    with path.open("rb") as file:
        zipped = file.read(2) == b"\x1f\x8b"
    return gzip.open(path) if zipped else path.open("rb")  # type: ignore[return-value] # reads bytes all the same


def _whole(file: IO[bytes], name: str) -> Iterator[bytes]:
    number = 0
    try:
        while line := file.readline(MOST_BYTES):
            number += 1
            if len(line) >= MOST_BYTES:
                raise RecordingError(f"{name}:{number}: the line is longer than {MOST_BYTES >> 20} MiB")
            yield line
    except EOFError:
        return  # the writer was killed
    except (zlib.error, gzip.BadGzipFile) as error:
        raise RecordingError(f"{name}:{number + 1}: cannot be unpacked: {error}") from None
