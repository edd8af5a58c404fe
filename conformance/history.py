"""A folder of reports made into a static site: the reports copied exactly as they were written, and pages about them.

Nothing outside the site's folder is written, and in it only what an earlier build wrote is ever taken away: its list of files is
site.json. Links out of the folder of reports are not followed.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path, PurePosixPath

from conformance.comparing import RECORD, Unreadable, report_at
from conformance.render.site import pages
from conformance.render.site.names import folder_path, page_name
from conformance.report import Report
from conformance.report.history import History, Server, Stored, by_time, slim

PUBLISHED = (RECORD, "report.html", "report.md", "junit.xml", "badge.json", "exchanges.jsonl.gz")
"""What of a report's folder is published."""

LIST = "site.json"
SCHEMA = 1
_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d{6}Z")


class NotASite(ValueError):
    """The site may not be written where it was asked for; the message is one line."""


def history_of(folder: Path, leaving_out: Path) -> tuple[History, Mapping[str, Path]]:
    """Every report below a folder, but for what lies in `leaving_out`, and where the files to copy are, by their place."""
    groups: dict[str, list[Stored]] = {}
    copies: dict[str, Path] = {}
    unreadable = []
    for parts in _folders(folder, leaving_out):
        here = folder.joinpath(*parts)
        try:
            report = _report(here / RECORD)
        except Unreadable as error:
            unreadable.append(" ".join(str(error).replace(str(folder), folder.name or ".").split()))
            continue
        files = tuple(name for name in PUBLISHED if _is_plain(here / name))
        stored = Stored(f"reports/{folder_path(parts) or 'report'}", files, report)
        copies |= {f"{stored.place}/{name}": here / name for name in files}
        groups.setdefault(_whose(folder, parts), []).append(stored)
    servers = (Server(page_name(name), name, by_time(found)) for name, found in groups.items())
    return History(tuple(sorted(servers, key=lambda one: (one.name, one.key))), tuple(unreadable)), copies


def _folders(folder: Path, leaving_out: Path) -> Iterator[tuple[str, ...]]:
    """The folders that are reports, or were meant to be, in a fixed order."""
    apart = leaving_out.resolve()
    for here, inner, names in os.walk(folder):
        inner[:] = sorted(name for name in inner if not name.startswith(".") and Path(here, name).resolve() != apart)
        if RECORD in names or "report.html" in names:
            yield Path(here).relative_to(folder).parts


def _report(path: Path) -> Report:
    if not _is_plain(path) and os.path.lexists(path):
        raise Unreadable(f"{path}: is no plain file; links are not followed")
    return slim(report_at(str(path)))


def _is_plain(path: Path) -> bool:
    return path.is_file() and not path.is_symlink()


def _whose(folder: Path, parts: tuple[str, ...]) -> str:
    """The server's name: the folder that holds its reports, or that is its one report. What reports say of their target does not
    count: different servers have the same address on different days.
    """
    if len(parts) > 1:
        return "/".join(parts[:-1])
    return folder.resolve().name if not parts or _TIME.fullmatch(parts[0]) else parts[0]


def build(folder: Path, output: Path) -> History:
    """Writes the site of a folder of reports. Raises NotASite or OSError."""
    _ensure_apart(folder, output)
    before = _listed(output)
    history, copies = history_of(folder, output)
    if not history.servers and not history.unreadable:
        return history
    texts = pages(history)
    files = sorted({*texts, *copies, LIST})
    for name in before - set(files):
        _take_away(output, name)
    for name, path in copies.items():
        _put(output / name, path.read_bytes())
    listed = json.dumps({"schema": SCHEMA, "files": files}, indent=1) + "\n"
    for name, text in {**texts, LIST: listed}.items():
        _put(output / name, text.encode("utf-8", "replace"))
    return history


def _ensure_apart(folder: Path, output: Path) -> None:
    reports, site = folder.resolve(), output.resolve()
    if site == reports or site in reports.parents:
        raise NotASite(f"{output}: the site would lie over the reports; name another folder")
    if site.exists() and not site.is_dir():
        raise NotASite(f"{output} is no folder")
    if (site / "index.html").exists() and not (site / LIST).exists():
        raise NotASite(f"{output} holds an index.html that is of no site of this suite; name another folder")


def _listed(output: Path) -> set[str]:
    """The files that an earlier build wrote. Raises NotASite where its list is not to be trusted."""
    path = output / LIST
    if not path.exists():
        return set()
    try:
        listed = json.loads(path.read_text("utf-8"))["files"]
        names = {str(PurePosixPath(name)) for name in listed}
    except (ValueError, KeyError, TypeError, RecursionError):
        raise NotASite(f"{path} is no list of a site; take it away") from None
    if any(PurePosixPath(name).is_absolute() or ".." in PurePosixPath(name).parts for name in names):
        raise NotASite(f"{path} lists files outside of the site; take it away")
    return names


def _take_away(output: Path, name: str) -> None:
    """A file of an earlier build, and the folders that it leaves empty."""
    path = output / name
    if output.resolve() not in path.parent.resolve().parents and path.parent.resolve() != output.resolve():
        return
    path.unlink(missing_ok=True)
    for parent in list(path.relative_to(output).parents)[:-1]:
        try:
            (output / parent).rmdir()
        except OSError:
            return


def _put(path: Path, data: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        beside.write_bytes(data)
        beside.replace(path)
    finally:
        beside.unlink(missing_ok=True)


def told(history: History, output: Path) -> Iterable[str]:
    """What was built, in one line."""
    reports = sum(len(server.reports) for server in history.servers)
    cut = sum(not stored.complete for server in history.servers for stored in server.reports)
    more = f" ({cut} not complete)" if cut else ""
    yield f"{output / 'index.html'}: {len(history.servers)} servers, {reports} reports{more}"
