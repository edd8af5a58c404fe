"""`run` stopped on its way, by whoever started it or with its server: the report is truthful all the same."""

import signal
import time

import pytest
from commands import FILES, NAMES, report_in, run
from servers import ended, serving


def interrupted(tmp_path, number, *arguments):
    with serving(slow=0.05) as server:
        process = run(tmp_path, server.url, *NAMES, "--jobs", "1", "--area", "chat", *arguments)
        while len(server.asked) < 20:
            time.sleep(0.02)
        process.send_signal(number)
        result = ended(process)
        return server, result


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_an_interrupted_run_leaves_a_truthful_report(tmp_path, number):
    _, result = interrupted(tmp_path, number)
    assert result.code == 2, result.out + result.err
    report = report_in(tmp_path)
    assert not report.footer.complete
    assert 0 < len(report.verdicts) < 150
    assert "Traceback" not in result.out + result.err


def test_whoever_interrupts_again_and_again_gets_the_report_all_the_same(tmp_path):
    with serving(slow=0.05) as server:
        process = run(tmp_path, server.url, *NAMES, "--jobs", "1", "--area", "chat")
        while len(server.asked) < 20:
            time.sleep(0.02)
        while process.poll() is None and not (tmp_path / "out" / "report.ndjson").exists():
            process.send_signal(signal.SIGINT)
            time.sleep(0.02)
        result = ended(process)
    assert result.code == 2, result.out + result.err
    assert not report_in(tmp_path).footer.complete
    assert {path.name for path in (tmp_path / "out").iterdir()} >= FILES
    assert "Traceback" not in result.out + result.err


def test_a_killed_run_is_resumed_without_asking_again(tmp_path):
    before, _ = interrupted(tmp_path, signal.SIGKILL)
    assert not (tmp_path / "out" / "report.ndjson").exists()
    kept = len(list((tmp_path / "out" / ".exchanges").glob("*.json")))
    assert kept >= len(before.asked) - 2
    with serving() as server:
        result = ended(run(tmp_path, server.url, *NAMES, "--area", "chat", "--resume", "out"))
    assert result.code == 0, result.out + result.err
    report = report_in(tmp_path)
    assert report.footer.complete
    assert len(server.asked) <= report.footer.requests - kept + 1
    assert {path.name for path in (tmp_path / "out").iterdir()} == FILES


def test_a_server_that_vanishes_fails_the_run_in_seconds(tmp_path):
    with serving(vanish_after=12) as server:
        began = time.monotonic()
        result = ended(run(tmp_path, server.url, *NAMES, "--area", "chat", "--area", "models"))
    assert result.code == 1
    assert time.monotonic() - began < 60
    report = report_in(tmp_path)
    assert not report.footer.complete
    assert any("no longer answers" in one.reason for one in report.verdicts)
