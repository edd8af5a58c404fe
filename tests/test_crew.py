"""Exchanges judged in several processes come to what they come to in one."""

import os
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import pytest
from canned.making import COMPLETION, changed
from test_judging import answered, bench

from conformance import crew
from conformance.crew import ALONE, BATCH, BATCH_BYTES, judge_together

LATE = "choices.0.finish_reason"
LONG = changed(COMPLETION, ("choices.0.message.content", "word " * (BATCH_BYTES // 4)))


def traffic(count):
    """Exchanges of which every third dates itself wrongly, every hundredth is long, and a late one has a fault of its own."""
    for number in range(count):
        answer = LONG if number % 100 == 99 else COMPLETION
        answer = changed(answer, ("created", 1.5)) if number % 3 == 0 else answer
        yield answered(number, changed(answer, (LATE, 7)) if number == count - 5 else answer, lacks="a reason" * (number % 2))


def judged(processes, count=ALONE + 3 * BATCH + 7):
    desk = bench()
    judge_together(desk, traffic(count), processes)
    results = {tally.case.id: replace(tally.result(), seconds=0.0) for tally in desk.rules.tallies}
    return results, list(desk.kept), desk.rules.known, desk.hosts, desk.lacks


def test_it_makes_no_difference_how_many_processes_judge():
    alone, together = judged(1), judged(3)
    assert together == alone
    assert alone[0]["chat.created-recorded"].reason == "186 of 557 exchanges"
    assert alone[0]["chat.finish_reason.legal-recorded"].reason == "1 of 557 exchanges"


def test_where_no_process_may_have_others_one_judges_alone(monkeypatch):
    def refuse(*arguments, **more):
        raise OSError(38, "Function not implemented")

    together = judged(2)
    monkeypatch.setattr(crew, "ProcessPoolExecutor", refuse)
    assert judged(2) == together


def test_what_is_wrong_with_the_traffic_ends_it_at_once():
    def broken():
        yield from traffic(ALONE + BATCH)
        raise ValueError("cannot be read")

    with pytest.raises(ValueError, match="cannot be read"):
        judge_together(bench(), broken(), 2)


HANGING = """
import sys, time
sys.path[:0] = [{tests!r}]
from test_crew import traffic, bench, judge_together, ALONE, BATCH
def slow():
    yield from traffic(ALONE + 4 * BATCH)
    print("under way", flush=True)
    time.sleep(60)
judge_together(bench(), slow(), 2)
"""


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGINT])
def test_no_process_outlives_the_one_that_started_it(how):
    words = [sys.executable, "-c", HANGING.format(tests=str(Path(__file__).parent))]
    with subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, start_new_session=True) as process:
        assert process.stdout.readline() == b"under way\n"
        children = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()
        assert len(children) >= 2
        os.killpg(process.pid, how) if how is signal.SIGINT else process.kill()
        said = process.stderr.read().decode()
    assert said.count("Traceback") == (how is signal.SIGINT), "the others end without a word"
    assert eventually(lambda: not any(Path(f"/proc/{child}").exists() for child in children))


def eventually(holds):
    for _ in range(100):
        if holds():
            return True
        time.sleep(0.1)
    return False
