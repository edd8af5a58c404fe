"""Files that mean harm: recordings for `judge` and reports for whoever reads them. Read or refused in a line, never more.

What a server sends ends up in recordings, and people judge recordings and compare reports that others made.
https://cwe.mitre.org/data/definitions/674.html · https://cwe.mitre.org/data/definitions/409.html
"""

import gzip
import json

import pytest
from sample_report import REPORT

from conformance import recordings
from conformance.__main__ import main
from conformance.report import write
from conformance.wire import DEEPEST

SENT = (
    '{"method":"POST","path":"/v1/chat/completions","query":"","headers":{"Authorization":"Bearer sk-abcdefgh123456"},"json":{}}'
)
GOT = '{"status":200,"headers":{"Content-Type":"application/json"},"body":"{}"}'
LINE = f'{{"request":{SENT},"response":{GOT},"error":null}}\n'
ENTRY = (
    '{"startedDateTime":"2024-01-01T00:00:00Z","time":1,"request":{"method":"POST","url":"https://x/v1/chat/completions",'
    '"headers":[],"postData":{"text":"{}"}},"response":{"status":200,"headers":[],"content":{"text":"{}"}}}'
)
SCALARS = "x: &a [" + ",".join("1" * 4900) + "]\n"
ASKED = "- request: {method: POST, uri: http://x/v1/chat/completions}\n  response: {status: {code: 200}}\n"
HUGE = "9" * 400


def nested(depth: int) -> str:
    return "[" * depth + "]" * depth


def more(members: str) -> str:
    return LINE.replace('"error":null', f'"error":null,{members}')


DEPTHS = (DEEPEST - 20, 330, 480, 700, 960)
LINES = {
    **{f"request-{depth}-deep": LINE.replace('"json":{}', f'"json":{nested(depth)}') for depth in DEPTHS},
    **{f"source-{depth}-deep": more('"source":' + '{"a":' * depth + "1" + "}" * depth) for depth in DEPTHS},
    **{f"reading-{depth}-deep": more(f'"readings":[{{"by":"sdk","value":{nested(depth)}}}]') for depth in DEPTHS},
    **{f"header-{depth}-deep": LINE.replace('"application/json"', nested(depth)) for depth in DEPTHS},
    **{f"body-{depth}-deep": LINE.replace('"body":"{}"', f'"body":"{{{nested(depth)}}}"') for depth in DEPTHS},
    "an-infinite-status": LINE.replace("200", "1e999"),
    "a-huge-status": LINE.replace("200", HUGE),
    "huge-seconds": more(f'"seconds":{HUGE}'),
    "a-start-at-no-time": more('"started":1e999'),
    "a-start-too-late": more(f'"started":{HUGE}'),
    "a-list-for-a-client": LINE.replace('"json":{}', '"json":{},"setup":{"client":[1]}'),
    "an-object-for-a-manner": LINE.replace('"json":{}', '"json":{},"setup":{"client":"wire","manner":{}}'),
    "an-object-for-a-query": LINE.replace('"query":""', '"query":{"a":1}'),
    "a-list-for-a-method": LINE.replace('"POST"', '["POST"]'),
    "an-object-in-a-header": LINE.replace('"application/json"', '["application/json",{"a":1}]'),
    "an-object-for-a-message": more('"readings":[{"by":"sdk","message":{"a":[]}}]'),
    "pieces-at-no-time": LINE.replace('"body":"{}"', '"pieces":[[1e999,"{}"]]'),
    "pieces-of-negative-lengths": LINE.replace('"body":"{}"', '"body":"abc","pieces_lengths":[[0,-5],[1,9999999]]'),
    "a-key-with-commands": more(r'"key":"\ud800../../x\n::error::x"'),
    "a-host-with-controls": more(r'"host":"\ud800\u001b[2J\n::error::x"'),
}
FILES = {
    **{f"{name}.jsonl": text.encode() for name, text in LINES.items()},
    **{f"entry-{depth}-deep.har": ENTRY.replace('"time"', f'"_x":{nested(depth)},"time"').encode() for depth in DEPTHS},
    **{f"sent-{depth}-deep.har": ENTRY.replace('"text":"{}"}}', f'"text":"{nested(depth)}"}}}}').encode() for depth in DEPTHS},
    "nothing-in-lines.jsonl.gz": gzip.compress(LINE.encode() + b"\n" * 9000 + LINE.encode()),
    "packed-twice.jsonl.gz": gzip.compress(gzip.compress(LINE.encode())),
    "rubbish-behind.jsonl.gz": gzip.compress(LINE.encode()) + b"rubbish" * 99,
    "parts-before-entries.har": b'{"log":{"pages":[' + b"1," * 60_000 + b'1],"entries":[' + ENTRY.encode() + b"]}}",
    "aliases-beside.yaml": f"interactions:\n{ASKED}{SCALARS}y: [{','.join(['*a'] * 600)}]\n".encode(),
    "aliases-within.yaml": f"interactions:\n- x: {SCALARS[3:]}  y: [{','.join(['*a'] * 600)}]\n".encode(),
    "anchors-in-anchors.yaml": ("interactions:\n- x: " + "".join(f"&a{n} [" for n in range(180)) + "1," * 4900).encode(),
    "tags-that-run.yaml": b"interactions:\n- request: !!python/object/apply:os.abort []\n  response: !!python/name:os.abort\n",
    "an-infinite-code.yaml": f"interactions:\n{ASKED.replace('200', '1e999')}".encode(),
}


def asked(capsys, *words):
    """The exit code of a command, and what it says on standard error."""
    code = main(words)
    return code, capsys.readouterr().err


@pytest.mark.parametrize("name", FILES)
def test_a_recording_is_judged_or_refused_in_a_line(tmp_path, monkeypatch, capsys, name):
    data = FILES[name]
    if name.endswith(".har"):
        data = data if data.startswith(b'{"log"') else b'{"log":{"version":"1.2","entries":[' + data + b"]}}"
    monkeypatch.setattr("conformance.traffic.items.MOST_EVENTS", 50_000)
    monkeypatch.setattr(recordings, "MOST_BLANK", 1000)
    monkeypatch.chdir(tmp_path)
    (tmp_path / name).write_bytes(data)
    code, told = asked(capsys, "judge", name, "--report", "out")
    assert code in (0, 1, 4), told
    assert len(told.splitlines()) == (code == 4)
    assert told.isprintable() or told.rstrip("\n").isprintable()
    assert (tmp_path / "out" / "report.ndjson").exists() == (code != 4)


def test_a_line_may_be_deep_but_not_too_deep(tmp_path):
    for depth, fine in ((DEEPEST - 20, True), (DEEPEST + 20, False)):
        (tmp_path / "a.jsonl").write_text(LINES["request-180-deep"].replace(nested(DEEPEST - 20), nested(depth)))
        if fine:
            assert len(list(recordings.exchanges_in(tmp_path / "a.jsonl"))) == 1
            continue
        with pytest.raises(recordings.RecordingError, match="nested too deeply"):
            list(recordings.exchanges_in(tmp_path / "a.jsonl"))


def test_links_and_pipes_in_a_folder_of_recordings_are_left_alone(tmp_path, monkeypatch, capsys):
    from os import mkfifo, symlink

    monkeypatch.chdir(tmp_path)
    folder = tmp_path / "traffic"
    folder.mkdir()
    (folder / "a.jsonl").write_text(LINE)
    mkfifo(folder / "pipe.jsonl")
    for name, place in {"self": "self", "loop": ".", "zero.jsonl": "/dev/zero", "gone.jsonl": "nowhere"}.items():
        symlink(place, folder / name)
    assert asked(capsys, "judge", "traffic", "--report", "out") == (1, "")


WHOLE = write(REPORT)
FIRST = json.loads(WHOLE.split("\n")[1])
REPORTS = {
    "huge-seconds": WHOLE.replace('"seconds":', f'"seconds":{HUGE},"was":', 1),
    "endless-seconds": WHOLE.replace('"seconds":', '"seconds":1e999,"was":', 1),
    "a-huge-revision": WHOLE.replace('"revision":1', f'"revision":{HUGE}', 1),
    "a-deep-finding": WHOLE.replace('"findings":[', f'"findings":[{nested(960)},', 1),
    "an-unknown-word": WHOLE.replace('"outcome":"', '"outcome":"\\u001b[2J', 1),
    "a-path-for-a-case": WHOLE.replace(f'"case":"{FIRST["case"]}"', r'"case":"../../../../tmp/owned-by-a-report\u0000"', 1),
    "commands-for-a-feature": WHOLE.replace(f'"feature":"{FIRST["feature"]}"', r'"feature":"x\n::error::y\u001b[2J<script>"', 1),
    "no-time": WHOLE.replace('"started":"', '"started":"9999-99-99T99:99:99Z', 1),
}
READERS = (
    ("compare", "bad", "good"),
    ("compare", "bad", "good", "--format", "html"),
    ("baseline", "bad"),
    ("site", ".", "--output", "site"),
    ("curl", "0123456789abcdef", "--report", "bad"),
)


@pytest.mark.parametrize("words", READERS, ids=["-".join(words[:1] + words[4:]) for words in READERS])
@pytest.mark.parametrize("name", REPORTS)
def test_a_report_is_read_or_refused_in_a_line(tmp_path, monkeypatch, capsys, name, words):
    assert REPORTS[name] != WHOLE
    monkeypatch.chdir(tmp_path)
    for folder, text in (("bad", REPORTS[name]), ("good", WHOLE)):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "report.ndjson").write_text(text)
    code, told = asked(capsys, *words)
    assert code in (0, 1, 4), told
    assert len(told.splitlines()) <= 1
    assert "\x1b" not in told
    assert all(path.resolve().is_relative_to(tmp_path) for path in tmp_path.rglob("*"))


def test_a_report_of_a_gigabyte_is_none(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr("conformance.comparing.MOST_BYTES", 1000)
    monkeypatch.chdir(tmp_path)
    (tmp_path / "report.ndjson").write_text(WHOLE)
    code, told = asked(capsys, "compare", ".", ".")
    assert (code, "no report" in told) == (4, True)
