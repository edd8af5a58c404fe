"""Recorded traffic is judged offline as the run itself was."""

import gzip
import json
import subprocess
import sys
from pathlib import Path

import pytest
from servers import command, ended, serving

from conformance.report import read

ARCHIVE = Path(__file__).parent / "data" / "recorded" / "mitmproxy.har.gz"


@pytest.fixture(scope="module")
def recorded(tmp_path_factory):
    folder = tmp_path_factory.mktemp("recorded")
    with serving("created-fraction") as server:
        only = ("--only", "chat", "--only", "models", "--via", "raw", "--model", "reference")
        ended(command("run", "--base-url", server.url, "--report", "out", *only, cwd=folder))
    return folder


def report_in(folder):
    return read((folder / "report.ndjson").read_text())


def judged(recorded, *arguments):
    return ended(command("judge", "out/exchanges.jsonl.gz", "--report", "judged", *arguments, cwd=recorded))


def test_a_run_and_its_recording_are_judged_alike(recorded):
    result = judged(recorded)
    assert result.code == 1, result.out + result.err
    online = {one.check: one for one in report_in(recorded / "out").verdicts}
    offline = report_in(recorded / "judged").verdicts
    assert {one.via for one in offline} == {"recorded"}
    differing = {one.check for one in offline if one.findings and one.outcome.value != "unclear"}
    assert differing == {"chat.created"}
    assert online["chat.created"].reason == next(one.reason for one in offline if one.check == "chat.created")
    assert len(offline) > 50


def test_documents_gates_baselines_and_selections_apply(recorded):
    (recorded / "known.txt").write_text("chat.created-recorded\n")
    assert judged(recorded, "--baseline", "known.txt").code == 0
    assert judged(recorded, "--gate", "none").code == 0
    assert judged(recorded, "--only", "chat.usage").code == 0
    judged(recorded, "--matrix", "ollama@2024-03-26")
    assert {one.matrix for one in report_in(recorded / "judged").verdicts} == {"ollama@2024-03-26"}


def test_what_is_no_traffic_is_wrong_use(recorded):
    (recorded / "bad.jsonl").write_text('{"request": 1}\n')
    (recorded / "empty.jsonl").write_text("")
    for name, says in (("bad.jsonl", "bad.jsonl:1"), ("empty.jsonl", "no exchange"), ("missing.jsonl", "missing.jsonl")):
        result = ended(command("judge", name, "--report", "nothing", cwd=recorded))
        assert (result.code, len(result.err.strip().splitlines())) == (4, 1), result.err
        assert says in result.err
    assert not (recorded / "nothing").exists()


def test_a_recording_of_somebody_else_is_read(recorded):
    line = {
        "request": {"method": "POST", "path": "/openai/v1/chat/completions", "json": {"model": "m", "messages": []}},
        "response": {"status": 200, "headers": {"Content-Type": "application/json"}, "body": '{"object": "chat.completion"}'},
    }
    (recorded / "other.jsonl").write_text(json.dumps(line) + "\n")
    assert ended(command("judge", "other.jsonl", "--report", "other", cwd=recorded)).code == 1
    assert "chat.schema" in {one.check for one in report_in(recorded / "other").verdicts if one.standing.value == "broken"}


def test_folders_are_read_and_other_files_named(recorded):
    (recorded / "mixed").mkdir()
    (recorded / "mixed" / "run.gz").write_bytes((recorded / "out" / "exchanges.jsonl.gz").read_bytes())
    (recorded / "mixed" / "notes.txt").write_text("nothing")
    (recorded / "mixed" / "torn.yaml").write_text("interactions:\n- [\n")
    result = ended(command("judge", "mixed", "--report", "folder", "--gate", "none", cwd=recorded))
    assert result.code == 0
    assert "warning: no recordings, and left out: mixed/notes.txt\n" in result.out
    assert "warning: cannot be read, and left out: mixed/torn.yaml:" in result.out
    online = {one.check: one.outcome for one in report_in(recorded / "out").verdicts}
    for verdict in report_in(recorded / "folder").verdicts:
        assert online.get(verdict.check, verdict.outcome) is verdict.outcome


def test_standard_input_is_read(recorded):
    data = (recorded / "out" / "exchanges.jsonl.gz").read_bytes()
    result = subprocess.run(
        [sys.executable, "-m", "conformance", "judge", "-", "--report", "piped", "--gate", "none"],
        cwd=recorded,
        input=data,
        capture_output=True,
        timeout=120,
        check=False,
    )
    assert result.returncode == 0, result.stderr
    assert len(report_in(recorded / "piped").verdicts) > 50


def test_what_was_recorded_can_be_sent_again(recorded):
    """The line that is printed says to the same server what the recorded one said, with a key of one's own."""
    judged(recorded)
    verdict = next(one for one in report_in(recorded / "judged").verdicts if one.check == "chat.created")
    with serving("created-fraction") as server:
        lines = (recorded / "out" / "exchanges.jsonl.gz").read_bytes()
        [line] = [one for one in gzip.decompress(lines).splitlines() if json.loads(one)["key"] == verdict.exchanges[0]]
        host = server.url.removeprefix("http://").partition("/")[0]
        told = json.loads(line) | {"host": host}
        told["request"]["headers"] |= {"content-length": "9999", "authorization": "[redacted]", "accept-encoding": "br"}
        told["request"]["path"], told["request"]["setup"] = "/v1/chat/completions", {}
        (recorded / "again.jsonl").write_text(json.dumps(told) + "\n")
        ended(command("judge", "again.jsonl", "--report", "again", cwd=recorded))
        said = ended(command("curl", verdict.exchanges[0], "--report", "again", cwd=recorded)).out
        assert f"{server.url}/chat/completions" in said
        assert '"Authorization: Bearer $RECORDED_API_KEY"' in said
        answer = subprocess.run(["/bin/sh", "-c", said], capture_output=True, text=True, timeout=60, check=True).stdout
        assert '"object":' in answer


def test_nothing_selected_is_no_verdict(recorded):
    assert judged(recorded, "--only", "models.list.target").code == 5


def key(number):
    return f"sk-{number:04}-abcdefghijklmnop"


def test_keys_in_recordings_go_nowhere(recorded):
    """The server quotes the key in its error; the recorder kept it in a header or in the query."""
    entries = [
        {
            "startedDateTime": "2025-01-14T22:01:46Z",
            "request": {
                "method": "POST",
                "url": f"https://a.b/v1/chat/completions?api-key={key(1)}" if number else "https://a.b/v1/chat/completions",
                "headers": []
                if number
                else [{"name": "Authorization", "value": f"Bearer {key(0)}"}, {"name": "Cookie", "value": key(2)}],
                "postData": {"text": "{}"},
            },
            "response": {"status": 401, "headers": [], "content": {"text": f"no {key(number)} here"}},
        }
        for number in range(2)
    ]
    (recorded / "keys.har").write_text(json.dumps({"log": {"entries": entries}}))
    result = ended(command("judge", "keys.har", "--report", "keys", "--gate", "none", cwd=recorded))
    written = [
        gzip.decompress(file.read_bytes()) if file.suffix == ".gz" else file.read_bytes()
        for file in (recorded / "keys").iterdir()
    ]
    assert any(b"[redacted]" in text for text in written)
    assert not any(key(number).encode() in text for text in (result.out.encode(), *written) for number in range(3))


def test_bodies_that_were_not_kept_are_no_findings(recorded):
    """Nothing is held against the server, and the summary says what is missing."""
    archive = json.loads(gzip.decompress(ARCHIVE.read_bytes()))
    for entry in archive["log"]["entries"]:
        entry["response"]["content"].pop("text", None)
        entry["request"].pop("postData", None)
    (recorded / "empty.har").write_text(json.dumps(archive))
    result = ended(command("judge", "empty.har", "--report", "bodiless", "--gate", "none", cwd=recorded))
    assert "judged without a body: the body was not kept" in result.out
    told = [one for one in report_in(recorded / "bodiless").verdicts if one.findings and one.outcome.value != "unclear"]
    assert told == []
