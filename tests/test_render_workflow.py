"""Annotations of a GitHub workflow: what is told where, and that nothing else can be told through them."""

import re
from dataclasses import replace

import pytest
from hypothesis import given
from report_strategies import reports, unhurried
from sample_report import ALONE, DONE, HOSTILE, REPORT
from servers import command, ended, serving

from conformance.model import Standing
from conformance.render.workflow import MOST, render
from conformance.render.workflow import command as told
from conformance.report import gate

COMMAND = re.compile(r"::(error|warning) ((file|line|title)=[^:,\n]*,?)+::[^\n]*")
MATRIX = """\
schema: 1
id: "mine@1"
server: mine
edition: "1"
title: Mine
document: {url: "https://example.com/", retrieved: "2026-11-21", by: the server's makers}
claims:
  chat.stream: {stance: supported, lines: [1]}
"""


@unhurried
@given(reports)
def test_whatever_a_server_wrote_is_one_command_a_line(found):
    for line in render(found, gate(found, "strict"), lambda _: (HOSTILE, 7)):
        assert COMMAND.fullmatch(line)
        assert line.isprintable()


def test_what_a_server_wrote_stays_in_its_place():
    line = told("error", HOSTILE, f"100% {HOSTILE}", (f"a,b:{HOSTILE}", 3))
    head, _, message = line.removeprefix("::error ").partition("::")
    assert [one.partition("=")[0] for one in head.split(",")] == ["file", "line", "title"]
    assert message.startswith("100%25 ")
    assert "##vso[" not in line
    assert "\n" not in line
    assert "::set-output" not in line


def test_errors_are_what_fails_the_gate_and_warnings_what_does_not():
    lines = render(REPORT, gate(REPORT))
    kinds = {line.split(" ", 1)[0] for line in lines}
    assert kinds == {"::error", "::warning"}
    done = next(line for line in lines if "chat.stream.done-raw" in line and "page@" in line)
    assert done.startswith("::error title=MUST chat.stream is broken::ends every stream with [DONE]: differs")
    assert "[chat.stream.done-raw, chat.stream.done-sdk]" in done
    assert all("MAY" not in line for line in lines)


def test_known_failures_are_not_told_again():
    every = [one.case for one in REPORT.verdicts]
    assert not any(line.startswith("::error") for line in render(REPORT, gate(REPORT, "claims", every)))


def test_no_more_are_told_than_a_step_shows():
    many = tuple(replace(DONE, check=f"a.b{n}", case=f"a.b{n}-raw", standing=Standing.BROKEN, matrix=None) for n in range(25))
    found = replace(ALONE, verdicts=many)
    lines = render(found, gate(found))
    assert len(lines) == MOST
    assert "16 more checks" in lines[-1]


@pytest.mark.parametrize(("where", "told"), [("true", 1), ("", 0)])
def test_a_workflow_is_shown_the_line_of_the_broken_claim(tmp_path, where, told):
    (tmp_path / "mine.yaml").write_text(MATRIX)
    words = ("--model", "reference", "--matrix", "mine.yaml", "--only", "chat.stream.done", "--via", "raw", "--report", "out")
    with serving("done-missing") as server:
        result = ended(command("run", "--base-url", server.url, *words, cwd=tmp_path, GITHUB_ACTIONS=where))
    assert result.code == 1, result.err
    lines = [line for line in result.out.splitlines() if line.startswith("::")]
    assert len(lines) == told
    assert all(line.startswith("::error file=mine.yaml,line=8,title=MUST chat.stream is broken::") for line in lines)
