"""Recorded traffic is judged offline as the run itself was."""

import json

import pytest
from servers import command, ended, serving

from conformance.report import read


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
