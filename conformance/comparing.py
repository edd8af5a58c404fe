"""Reports read from their folders to be compared, also those of runs that were killed."""

from __future__ import annotations

import json
from pathlib import Path

from conformance.model import Standing
from conformance.report import BadLine, InvalidReport, MissingFooter, Report, read, read_verdict

RECORD = "report.ndjson"
MOST_BYTES = 128 << 20
"""How long a record may be. A verdict takes about half a kilobyte of it."""


class Unreadable(ValueError):
    """There is no report where one was named; the message is one line."""


def report_at(name: str) -> Report:
    """The report in a folder, or in its record. What a run that was killed left is a report that is not complete. Raises
    Unreadable.
    """
    path = Path(name)
    path = path / RECORD if path.is_dir() else path
    try:
        with path.open("rb") as file:
            data = file.read(MOST_BYTES + 1)
        text = data.decode("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise Unreadable(f"cannot read {path}: {getattr(error, 'strerror', None) or 'it is no UTF-8'}") from None
    if len(data) > MOST_BYTES:
        raise Unreadable(f"{path} is longer than {MOST_BYTES >> 20} MiB, and so no report")
    try:
        return _whole(text)
    except InvalidReport as error:
        raise Unreadable(f"{path}: {error}") from None


def _whole(text: str) -> Report:
    try:
        return read(text)
    except MissingFooter:
        return read(_ended(text.split("\n")))
    except BadLine:
        *whole, half = text.split("\n")  # what a writer that is killed leaves is half a line
        if not half or not whole:
            raise
        return read(_ended(whole))


def _ended(lines: list[str]) -> str:
    """The record with a footer that says that it is not complete."""
    header, *verdicts = [line for line in lines if line.strip()] or [""]
    counts = {standing.value: 0 for standing in Standing}
    for line in verdicts:
        counts[read_verdict(line).standing.value] += 1
    footer = {"kind": "footer", "complete": False, "counts": counts, "requests": 0, "tokens": 0, "seconds": 0}
    return "\n".join([header, *verdicts, json.dumps(footer), ""])
