"""A report's folder: the record and its renderings, each whole or not there at all."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from pathlib import Path

from conformance.messages import Exchange
from conformance.render import badge, html, junit, markdown
from conformance.report import GateResult, Report, gate, write


def write_all(report: Report, exchanges: Mapping[str, Exchange], folder: str | Path, result: GateResult | None = None) -> None:
    """Writes report.ndjson, report.html, report.md, junit.xml and badge.json, the record first; the folder is made where it is
    missing. Without a result the gate `claims` decides. Raises OSError.
    """
    decided = result or gate(report)
    named = str(folder)
    texts: dict[str, Callable[[], str]] = {
        "report.ndjson": lambda: write(report),
        "report.html": lambda: html.render(report, decided, exchanges, named),
        "report.md": lambda: markdown.render(report, decided, named),
        "junit.xml": lambda: junit.render(report, decided, named),
        "badge.json": lambda: badge.render(report),
    }
    Path(folder).mkdir(parents=True, exist_ok=True)
    for name, text in texts.items():
        _replace(Path(folder, name), text())


def _replace(path: Path, text: str) -> None:
    """Writes a file under another name beside it, then renames it: readers see the old one or the new one."""
    beside = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        beside.write_text(text, "utf-8", newline="\n")
        beside.replace(path)
    finally:
        beside.unlink(missing_ok=True)
