"""What must hold of every run, whatever the server did: each function gives what does not hold, in words."""

from __future__ import annotations

import gzip
import json
import re
from base64 import b32encode, b64encode
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import quote
from xml.etree import ElementTree

from jsonschema import Draft202012Validator

from conformance.recordings import recording_in
from conformance.report import read
from hostile.attacked import KEY, Attacked
from hostile.behaviours import Behaviour

MOST_MEMORY, MOST_DISK = 400, 100
FILES = {"report.ndjson", "report.html", "report.md", "junit.xml", "badge.json", "exchanges.jsonl.gz"}
SCHEMA = Draft202012Validator(json.loads((Path(__file__).parents[2] / "specs" / "report.schema.json").read_text("utf-8")))


def broken(run: Attacked) -> list[str]:
    """Everything that does not hold."""
    return [*_ended(run), *_told(run), *_bounded(run), *_secret(run), *_safe(run), *(_written(run) if run.code != 4 else ())]


def _ended(run: Attacked) -> Iterator[str]:
    first = run.meeting.behaviours[0]
    if run.code not in first.codes:
        yield f"exit code {run.code}, not one of {first.codes}: {run.err[-600:]} {run.out[-900:]}"
    for text in (run.out, run.err):
        if "Traceback (most recent" in text or "the suite's own error" in text or "INTERNALERROR" in text:
            yield f"an error of its own: {text[-900:]}"
    if run.code == 4 and len(run.err.strip().splitlines()) != 1:
        yield f"wrong use takes more than a line: {run.err[:300]}"
    if run.left:
        yield f"processes live on: {run.left}"
    if run.elsewhere:
        yield f"another host was met: {run.elsewhere[:3]}"


def _bounded(run: Attacked) -> Iterator[str]:
    most = max(one.seconds for one in run.meeting.behaviours)
    if run.seconds > most:
        yield f"took {run.seconds:.1f} s, more than {most:g}"
    if run.peak > MOST_MEMORY:
        yield f"took {run.peak:.0f} MiB of memory"
    if run.disk > MOST_DISK:
        yield f"took {run.disk:.0f} MiB of disk"


def _told(run: Attacked) -> Iterator[str]:
    for one in run.meeting.behaviours:
        if one.name not in run.met:
            yield f"{one.name} was never met"
        if one.says and not re.search(one.says, run.err if run.code == 4 else _reasons(run)):
            yield f"nothing tells {one.says!r} of {one.name}"
        if one.hides and re.search(one.hides, _reasons(run)):
            yield f"the report tells {one.hides!r} of {one.name}"


def _reasons(run: Attacked) -> str:
    path = run.report / "report.ndjson"
    return path.read_text("utf-8") if path.exists() else ""


def spellings(key: str) -> Iterator[str]:
    """How a key may be written down, apart from what the suite itself thinks of."""
    yield from (key, key.encode().hex(), quote(key), key[3:], key[4:-4], key[:20], key[-20:])
    for before in range(3):
        whole = b64encode(b"x" * before + key.encode()).decode()
        yield whole[4 if before else 0 : -4]
    yield "".join(f"\\u{ord(char):04x}" for char in key)
    yield "".join(f"%{ord(char):02x}" for char in key)
    yield "".join(f"&#{ord(char)};" for char in key)


def letters(key: str) -> Iterator[str]:
    """Its letters one by one, as programs print them."""
    yield from (key, key[::-1], b32encode(key.encode()).decode(), b64encode(key.encode()).decode())
    for form in ("{}", "{:x}", "{:03o}", "x{:02x}", "0x{:02x}", "u{:x}", "u{:08x}", "{:02x}00"):
        yield "".join(map(form.format, key.encode()))


def _alone(text: str) -> str:
    return re.sub(r"\\+[nrt]|[^0-9a-z]", "", text.lower())


HALVES = [half for one in map(_alone, letters(KEY)) for half in (one[: len(one) // 2], one[-(len(one) // 2) :])]


def traces(text: str) -> list[str]:
    """The spellings of the key that are found, also where every other letter is escaped, or letters stand apart."""
    lower = text.lower()
    found = [one for one in spellings(KEY) if one.lower() in lower]
    plain = re.sub(r"\\+u00([2-7][0-9a-f])", lambda match: chr(int(match[1], 16)), lower)
    found += [one for one in (KEY, KEY[4:-4]) if one.lower() in plain]
    apart = _alone(text)
    return found or [half for half in HALVES if half in apart]


def _secret(run: Attacked) -> Iterator[str]:
    for name, text in _texts(run):
        if found := traces(text):
            yield f"the key is in {name}: {found[0]}"
    if (run.report / "exchanges.jsonl.gz").exists():
        for key, exchange in recording_in(run.report):
            said = "".join(re.findall(r'"(?:content|arguments)": ?"([^"\\]*(?:\\.[^"\\]*)*)"', exchange.body.decode("latin-1")))
            read_by = "".join(re.findall(r"'(?:content|arguments)': '([^'\\]*(?:\\.[^'\\]*)*)'", repr(exchange.readings)))
            if traces(said.replace("\\", "")) or traces(read_by.replace("\\", "")):
                yield f"the parts of exchange {key} add up to the key"


def _texts(run: Attacked) -> Iterator[tuple[str, str]]:
    """Everything that was printed or written, unpacked, one line at a time; a file of two names once."""
    yield from (("stdout", run.out), ("stderr", run.err))
    met: set[int] = set()
    for path in run.folder.rglob("*"):
        if path.is_file() and path.name not in ("stdout", "stderr") and path.stat().st_ino not in met:
            met.add(path.stat().st_ino)
            with gzip.open(path) if path.read_bytes()[:2] == b"\x1f\x8b" else path.open("rb") as file:
                yield from ((str(path.relative_to(run.folder)), line.decode("latin-1")) for line in file)


def _safe(run: Attacked) -> Iterator[str]:
    for text in (run.out, run.err):
        if odd := {char for char in text if not (char.isprintable() or char == "\n")}:
            yield f"the terminal gets {sorted(odd)[:9]}"
        if re.search(r"##\w*\[|^\s*::[a-z]|(?<=\s)::(error|warning|set-|add-|stop-)", text, re.MULTILINE):
            yield "a CI runner gets a command"
    names = [path.name for path in run.folder.rglob("*")]
    if odd_names := [name for name in names if not re.fullmatch(r"[\w.-]{1,80}", name, re.ASCII)]:
        yield f"files are called {odd_names[:3]}"
    if any("owned" in name for name in names) or Path("/tmp/owned-by-a-server").exists():  # where payloads aim
        yield "a server named a file"
    if any((run.folder / "tmp").iterdir()):
        yield "something temporary is left"


def _written(run: Attacked) -> Iterator[str]:
    found = {path.name for path in run.report.iterdir()} if run.report.exists() else set()
    if found != FILES:
        yield f"the report's folder holds {sorted(found)}"
        return
    text = (run.report / "report.ndjson").read_text("utf-8")
    read(text)
    for line in text.splitlines():
        yield from (f"report.ndjson: {error.message}"[:300] for error in SCHEMA.iter_errors(json.loads(line)))
    ElementTree.parse(run.report / "junit.xml")
    json.loads((run.report / "badge.json").read_text("utf-8"))
    yield from _tables((run.report / "report.md").read_text("utf-8"))
    yield from _page((run.report / "report.html").read_text("utf-8"))


def _tables(text: str) -> Iterator[str]:
    """Rows of a table have as many cells as its head; what is no table has no bare bar."""
    cells = 0
    for line in text.split("\n"):
        count = len(re.findall(r"(?<!\\)\|", line))
        if cells and count and count != cells:
            yield f"a row of report.md has other cells than its table: {line[:200]}"
        cells = count
        if re.search(r"<(script|img|svg|base|meta|iframe)", line, re.IGNORECASE):
            yield f"report.md holds markup: {line[:200]}"


class _Tags(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.bad: list[str] = []
        self.scripts = 0

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        self.scripts += tag == "script"
        if tag in ("img", "iframe", "base", "link", "object", "embed", "foreignobject", "math"):
            self.bad.append(tag)
        for name, value in attributes:
            leads_out = name == "href" and not re.match(r"#|https://[a-z]", value or "")
            if name.startswith("on") or name in ("style", "src", "srcdoc", "action", "formaction", "xlink:href") or leads_out:
                self.bad.append(f"{tag} {name}={(value or '')[:80]}")


def _page(text: str) -> Iterator[str]:
    tags = _Tags()
    tags.feed(text)
    if tags.bad or tags.scripts != 1:
        yield f"report.html holds {tags.bad[:3]} and {tags.scripts} scripts"
    if not all(word in text[:1000] for word in ("default-src 'none'", "form-action 'none'")):
        yield "report.html has no strict policy"


def row(one: Behaviour, run: Attacked, wrong: list[str]) -> str:
    """A line of the table."""
    held = "held" if not wrong else "BROKEN"
    return f"{one.name:46} {run.seconds:7.1f} {run.peak:9.0f} {run.disk:9.1f} {run.code:5} {held}"


HEAD = f"{'behaviour':46} {'seconds':>7} {'peak MiB':>9} {'disk MiB':>9} {'exit':>5}"
