"""`run` from the outside: what it prints, what it writes, how it ends, whatever becomes of the server or of itself."""

import json
import subprocess
import sys
from collections import Counter

import pytest
from commands import FILES, NAMES, report_in, run, told
from servers import command, ended, serving

from conformance.messages import Exchange
from conformance.model import Outcome, Target
from conformance.recordings import recording_in
from conformance.reference.serve import serving as reference
from conformance.report import read
from conformance.target import NoModel, reach

KEY = "sk-proj-Zq8vT2mWx4Lk9RbN"
KEYS = {"auth.key.missing", "auth.wrong-key.refused", "auth.wrong-key.stream", "auth.models.key", "errors.sdk.key"}
"""Checks of keys that are asked for, which have nothing to say where the operator names none."""


def test_everything_works_on_the_reference_server_and_nothing_else_is_written(tmp_path):
    with reference() as url:
        result = ended(run(tmp_path, url, *NAMES))
    assert result.code == 0, result.out + result.err
    report = report_in(tmp_path)
    assert report.footer.complete
    wrong = {one.case: one.findings for one in report.verdicts if one.findings and one.outcome is not Outcome.UNCLEAR}
    assert wrong == {}
    unclear = {one.check: one.reason for one in report.verdicts if one.outcome is Outcome.UNCLEAR}
    assert set(unclear) == KEYS
    assert all("--api-key" in reason for reason in unclear.values())
    assert {path.name for path in (tmp_path / "out").iterdir()} == FILES
    assert {path.name for path in tmp_path.iterdir()} == {"out", "tmp"}
    assert list((tmp_path / "tmp").iterdir()) == []
    assert "gate claims: passed" in result.out


def test_keys_are_seen_at_work_where_the_server_asks_for_one(tmp_path):
    process = command("serve", "--api-key", KEY, cwd=tmp_path)
    try:
        url = process.stdout.readline().split()[-1]
        result = ended(run(tmp_path, url, *NAMES, "--only", "auth", "--skip", "auth.any-key", "--api-key", KEY))
    finally:
        process.terminate()
        ended(process)
    assert result.code == 0, result.out + result.err
    report = report_in(tmp_path)
    assert {one.check for one in report.verdicts} > KEYS
    assert {one.outcome for one in report.verdicts} == {Outcome.WORKS}


def test_a_fault_is_named_and_fails_the_gate(tmp_path):
    with reference(faults=("done-missing",)) as url:
        without = ("-p", "no:xdist")  # which the suite can use and does not need
        result = ended(run(tmp_path, url, *NAMES, "--only", "chat.stream", "--only", "models", *without))
    assert result.code == 1
    broken = {one.check for one in report_in(tmp_path).verdicts if one.standing.value in ("broken", "fault")}
    assert broken == {"chat.stream.done"}
    assert "not about the installation" in result.out[-400:]


def test_two_documents_are_held_against_one_run_and_each_request_is_asked_once(tmp_path):
    with serving("one-choice-whatever-n") as server:
        both = ("--matrix", "ollama@2024-03-26", "--matrix", "ollama-guide@2024-07")
        result = ended(run(tmp_path, server.url, *NAMES, *both, "--only", "chat.n", "--only", "models.list"))
    assert result.code == 0, result.out
    report = report_in(tmp_path)
    assert Counter(one.matrix for one in report.verdicts) == Counter(dict.fromkeys(both[1::2], len(report.verdicts) // 2))
    assert told(report)["chat.n.choices-raw", "ollama-guide@2024-07"][1].value == "kept"
    sent = [exchange.request.key for _, exchange in recording_in(tmp_path / "out")]
    assert len(server.asked) == len(sent) == len(set(sent)) == report.footer.requests
    assert "Where the documents disagree" in result.out


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("--matrix", "olama@2024-03-26"), "did you mean 'ollama@2024-03-26'"),
        (("--matrix", "llama.cpp@2026-11"), "did you mean 'llama.cpp@"),
        (("--only", "chat.stop.strin"), "did you mean 'chat.stop.string'"),
        (("--baseline", "missing.txt"), "cannot read missing.txt"),
        (("--baseline", "wrong.txt"), "'chat.stop.strin-raw'"),
        (("--matrix", "wrong.txt"), "wrong.txt:1"),
        (("--resume", "missing"), "cannot read missing"),
        (("--header", "nonsense"), "--header takes"),
    ],
)
def test_wrong_use_is_one_line_and_writes_nothing(tmp_path, arguments, says):
    (tmp_path / "wrong.txt").write_text("chat.stop.strin-raw\n")
    with serving() as server:
        result = ended(run(tmp_path, server.url, *arguments))
    assert result.code == 4
    assert says in result.err
    assert len(result.err.strip().splitlines()) == 1
    assert result.out.strip() == ""
    assert not (tmp_path / "out").exists()


def test_a_url_where_nothing_answers_is_wrong_use(tmp_path):
    result = ended(run(tmp_path, "http://127.0.0.1:9/v1"))
    assert (result.code, len(result.err.strip().splitlines())) == (4, 1)
    assert "nothing answers at http://127.0.0.1:9/v1" in result.err


def test_a_server_without_a_model_is_wrong_use(tmp_path):
    with serving("models-bare-array") as server:
        result = ended(run(tmp_path, server.url))
    assert result.code == 4
    assert "offers no model" in result.err
    assert "--api-key" not in result.err


@pytest.mark.parametrize(
    ("configured", "says"), [(False, "give a key with --api-key"), (True, "give another key with --api-key")]
)
def test_who_asks_for_a_key_before_the_first_word_is_told_of_as_such(configured, says):
    with pytest.raises(NoModel, match=rf"GET /models answers 401\); {says}, or name one with --model"):
        reach(Target("http://127.0.0.1/v1", key_configured=configured), lambda request: Exchange(request, 401))


def test_nothing_selected_is_not_green(tmp_path):
    with serving() as server:
        assert ended(run(tmp_path, server.url, "--area", "realtime")).code == 5
        assert ended(run(tmp_path, server.url, "-k", "no_such_thing")).code == 5
    assert server.asked == []


def test_processes_share_a_run_and_ask_once(tmp_path):
    only = ("--only", "chat.stop", "--only", "models", "--only", "chat.stream.done", *NAMES)
    with serving() as server:
        assert ended(run(tmp_path, server.url, *only)).code == 0
        alone, asked = told(report_in(tmp_path)), Counter(server.asked)
        server.asked.clear()
        shared = ended(run(tmp_path, server.url, *only, "-n", "2", "--report", "both"))
        assert shared.code == 0, shared.out + shared.err
    assert Counter(server.asked) == asked
    assert told(read((tmp_path / "both" / "report.ndjson").read_text())) == alone
    assert {path.name for path in (tmp_path / "both").iterdir()} == FILES


def test_a_recording_gives_the_same_verdicts_offline(tmp_path):
    only = ("--only", "chat.stop", "--only", "models", "--only", "chat.stream.done")
    with serving("done-missing") as server:
        assert ended(run(tmp_path, server.url, *NAMES, *only, "--record", "kept")).code == 1
    online = told(report_in(tmp_path))
    result = ended(command("run", "--replay", "kept", "--report", "again", *only, cwd=tmp_path))
    assert result.code == 1
    assert told(read((tmp_path / "again" / "report.ndjson").read_text())) == online


def test_a_baseline_lets_known_failures_pass_and_stale_entries_fail(tmp_path):
    only = ("--only", "chat.stream.done", *NAMES)
    (tmp_path / "known.txt").write_text("# what is known\nchat.stream.done-raw\nchat.stream.done-sdk\n")
    with serving("done-missing") as server:
        assert ended(run(tmp_path, server.url, *only)).code == 1
        known = ended(run(tmp_path, server.url, *only, "--baseline", "known.txt"))
    assert known.code == 0, known.out
    assert {one.standing.value for one in report_in(tmp_path).verdicts} == {"broken"}
    with serving() as server:
        stale = ended(run(tmp_path, server.url, *only, "--baseline", "known.txt"))
    assert stale.code == 1
    assert "chat.stream.done-raw" in stale.out


def test_budgets_end_what_does_not_fit_and_say_so(tmp_path):
    with serving() as server:
        result = ended(run(tmp_path, server.url, *NAMES, "--area", "chat", "--max-requests", "5"))
    assert result.code == 1  # too little was clear
    assert len(server.asked) <= 6  # and one to reach the server
    assert any("budget of 5 requests" in one.reason for one in report_in(tmp_path).verdicts)


def test_the_key_is_sent_and_never_written_or_printed(tmp_path):
    only = ("--only", "models", "--only", "chat.stop", "--only", "clients.sdk", "--only", "errors.unknown-model")
    with serving() as server:
        server.echo = "you sent"
        result = ended(run(tmp_path, server.url, *NAMES, *only, "--api-key", KEY))
    assert f"Bearer {KEY}" in server.keys
    assert result.code == 0
    everything = result.out + result.err
    for path in (tmp_path / "out").iterdir():
        everything += path.read_bytes().decode("latin-1")
    for _, exchange in recording_in(tmp_path / "out"):
        everything += repr(exchange)
    assert KEY not in everything
    assert KEY[:12] not in everything


def test_pytest_does_what_run_does(tmp_path):
    with serving() as server:
        done = subprocess.run(
            [sys.executable, "-m", "pytest", "--pyargs", "conformance", "--base-url", server.url, "--report", "out", *NAMES,
             "-k", "models.list", "--junitxml", "own.xml", "-p", "no:cacheprovider"],
            cwd=tmp_path, capture_output=True, text=True, check=False,
        )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    assert {one.check for one in report_in(tmp_path).verdicts if "models.list" not in one.check} == set()
    assert "models.list" in (tmp_path / "own.xml").read_text()
    assert json.loads((tmp_path / "out" / "badge.json").read_text())["schemaVersion"] == 1


def test_allure_is_told_the_verdicts_and_the_exchanges(tmp_path):
    with serving("done-missing") as server:
        result = ended(run(tmp_path, server.url, *NAMES, "--only", "chat.stream.done", "--alluredir", "allure"))
    assert result.code == 1
    told = [json.loads(path.read_text()) for path in (tmp_path / "allure").glob("*-result.json")]
    assert {one["status"] for one in told} == {"failed"}
    assert all(one["name"].startswith("chat.stream.done") for one in told)
    assert any(step["status"] == "failed" for one in told for step in one["steps"])
    assert any(path.suffix == ".txt" for path in (tmp_path / "allure").iterdir())
