"""Progress of a run: the line, where it is drawn and where not, and what stays of it in a terminal."""

from collections import Counter
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sample_report import DONE, EVIL, TAKEN, WORKING
from servers import command, ended, serving
from terminals import screen

from conformance.display import CLEAR, Display, form_of
from conformance.messages import Exchange, Piece, Request
from conformance.meter import Meter, Spent
from conformance.model import Standing
from conformance.render.progress import Status, clock, counted, failing_line, progress_line, verdict_line

NAMES = ("--model", "reference", "--model-alias", "reference-copy", "--vision-model", "reference")
FULL = Status(
    done=120,
    total=342,
    counts=Counter({Standing.BROKEN: 2, Standing.FAULT: 1, Standing.KEPT: 90, Standing.UNKNOWN: 3}),
    requests=345,
    tokens=12345,
    slowest=3.21,
    what="POST /chat/completions, streamed",
    seconds=60.0,
)


def test_a_wide_line_tells_everything():
    assert progress_line(FULL, 200) == (
        "120/342 cases  2 broken  1 fault  3 unknown  about 1:51 min left  345 requests at 5.8/s  12345 tokens  90 kept"
        "  slowest 3.2 s POST /chat/completions, streamed"
    )


def test_a_narrow_line_tells_what_matters_most():
    assert progress_line(FULL, 40) == "120/342 cases  2 broken  1 fault"
    assert progress_line(FULL, 60) == "120/342 cases  2 broken  1 fault  3 unknown  12345 tokens"


@given(st.builds(replace, st.just(FULL), what=st.text(), done=st.integers(0, 10**9)), st.integers(0, 250))
def test_no_line_is_wider_than_it_may_be_or_holds_what_steers_a_terminal(status, width):
    line = progress_line(status, width)
    assert len(line) <= width
    assert line.isprintable()


@pytest.mark.parametrize(("seconds", "told"), [(0.4, "0 s"), (59, "59 s"), (125, "2:05 min"), (3605, "1:00:05 h")])
def test_durations_are_told_as_people_read_them(seconds, told):
    assert clock(seconds) == told


def test_how_long_the_rest_takes_is_not_guessed_too_early_or_at_the_end():
    assert replace(FULL, seconds=1.0).left is None
    assert replace(FULL, done=0).left is None
    assert replace(FULL, done=342).left is None
    assert FULL.left == pytest.approx(111)


def test_what_a_server_wrote_cannot_steer_the_terminal():
    for line in (failing_line(EVIL), verdict_line(EVIL)):
        assert line.isprintable()
        assert "::error" not in line


def test_the_slowest_request_is_known_and_everything_is_added_up():
    meter = Meter()
    for seconds, path in ((0.5, "/models"), (2.0, "/chat/completions"), (1.0, "/models")):
        body = (Piece(0.0, b'{"usage": {"total_tokens": 7}}'),)
        meter.note(Exchange(Request("GET", path), 200, pieces=body, seconds=seconds))
    assert meter.spent == Spent(3, 21, 2.0, "GET /chat/completions")


@pytest.mark.parametrize(
    ("wanted", "level", "terminal", "term", "form"),
    [
        ("auto", 0, True, "xterm", "live"),
        ("auto", 1, True, "xterm", "live"),
        ("auto", 0, True, "dumb", "lines"),
        ("auto", 0, False, "xterm", "lines"),
        ("auto", -1, True, "xterm", "none"),
        ("live", 0, False, "xterm", "live"),
        ("lines", 0, True, "xterm", "lines"),
        ("none", 2, True, "xterm", "none"),
    ],
)
def test_the_form_depends_on_the_terminal_and_on_what_is_wanted(monkeypatch, wanted, level, terminal, term, form):
    monkeypatch.setenv("TERM", term)
    assert form_of(wanted, level, terminal) == form


def shown(verdicts, **more):
    told = []
    display = Display(
        told.append,
        lambda: verdicts,
        lambda known: replace(FULL, counts=counted(known)),
        lambda one: one.standing is Standing.BROKEN,
        width=lambda: 60,
        **more,
    )
    return display, told


BAD = replace(DONE, standing=Standing.BROKEN)


def test_a_failure_stands_above_the_line_once_and_nothing_is_drawn_twice():
    display, told = shown([BAD, WORKING], form="live")
    display.draw()
    display.draw()
    (drawn,) = told
    first, second = drawn.split("\n")
    assert first == f"{CLEAR}fails the gate: MUST chat.stream.done-raw differs: the str…"
    assert second.startswith("120/342 cases  1 broken")


def test_without_a_terminal_there_are_whole_lines_at_intervals():
    display, told = shown([BAD, WORKING], form="lines", interval=0.0)
    display.draw()
    assert told[0].count("\n") == 2
    assert "\x1b" not in told[0]
    assert "\r" not in told[0]
    display, told = shown([WORKING], form="lines", interval=100.0)
    display.draw()
    assert told == []


def test_the_verbose_see_every_verdict():
    display, told = shown([WORKING, TAKEN], form="lines", level=1, interval=100.0)
    display.draw()
    assert [line.split()[3] for line in told[0].splitlines()] == [WORKING.case, TAKEN.case]


def test_a_display_that_is_closed_leaves_an_empty_line():
    display, told = shown([], form="live")
    display.begin()
    display.close()
    display.close()
    assert told[-1] == CLEAR


ONLY = ("--only", "chat.stream.done", "--only", "models.list")


@pytest.mark.parametrize(("width", "resized", "more"), [(40, 0, ("-s",)), (200, 60, ("-v",)), (100, 0, ("-n", "2"))])
def test_a_terminal_shows_one_line_that_fits_and_is_gone_at_the_end(tmp_path, width, resized, more):
    with serving("done-missing", slow=0.05) as server:
        words = ("run", "--base-url", server.url, "--report", "out", *NAMES, *ONLY, *more)
        seen = screen(width, *words, cwd=tmp_path, resized=resized)
    assert seen.code == 1, seen.data
    live = [line for line in seen.drawn if "cases  " in line]
    assert live
    assert all(len(line) < width for line in live)
    assert len(live[-1]) < (resized or width)
    assert not any("cases  " in line for line in seen.lines)
    assert any(line.startswith("fails the gate: MUST") for line in seen.lines)
    assert "\x1b[31mgate claims: FAILED\x1b[0m" in seen.lines
    assert b"\x1b[?25l" not in seen.data
    assert b"Traceback" not in seen.data


def test_a_quiet_run_says_what_the_gate_decided_and_no_more(tmp_path):
    with serving() as server:
        seen = screen(80, "run", "--base-url", server.url, "--report", "out", *NAMES, "--only", "models.list", "-q", cwd=tmp_path)
    assert seen.code == 0
    assert [line for line in seen.lines if line] == ["gate claims: passed", "report: out/report.html"]


def test_without_a_terminal_nothing_steers_and_a_collection_shows_no_progress(tmp_path):
    words = ("--report", "out", *NAMES, "--only", "models.list")
    with serving() as server:
        told = ended(command("run", "--base-url", server.url, *words, "-v", cwd=tmp_path))
        listed = ended(command("run", "--base-url", server.url, *words, "--collect-only", cwd=tmp_path))
    assert (told.code, listed.code) == (0, 0)
    assert "\x1b" not in told.out
    assert "kept       works     SHOULD  models.list.target-raw" in told.out
    assert "passed in" not in told.out
    assert "cases against" in told.out
    assert "cases" not in listed.out
