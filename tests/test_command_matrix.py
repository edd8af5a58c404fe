"""The matrix commands and several documents at once, from the outside."""

from collections import Counter
from pathlib import Path

import pytest
from servers import command, ended, serving

from conformance.recordings import recording_in
from conformance.report import read

NAMES = ("--model", "reference", "--model-alias", "reference-copy")
EDITIONS = ("ollama@2024-02-07", "ollama@2024-08-13", "ollama@2026-08-21")
DRIFTED = """\
schema: 1
id: "acme@1"
server: acme
edition: "1"
title: Acme
document: {url: "", retrieved: "2026-11-21"}
claims:
  chat.n:
    - {stance: ignored, lines: [1], when: {flag: --one}}
    - {stance: supported, lines: [2]}
"""


def said(cwd: Path, *arguments: str):
    return ended(command(*arguments, cwd=cwd))


def report_of(folder: Path):
    return read((folder / "out" / "report.ndjson").read_text())


def test_three_editions_are_held_against_one_server_and_each_request_is_asked_once(tmp_path):
    with serving("one-choice-whatever-n") as server:
        three = [word for edition in EDITIONS for word in ("--matrix", edition)]
        only = ("--only", "chat.n", "--only", "chat.stop", "--only", "models.list", "--only", "chat.finish_reason")
        result = said(tmp_path, "run", "--base-url", server.url, "--report", "out", *NAMES, *three, *only)
    report = report_of(tmp_path)
    assert result.code == 0, result.out + result.err
    cases = {one.case for one in report.verdicts}
    assert Counter(one.matrix for one in report.verdicts) == Counter(dict.fromkeys(EDITIONS, len(cases)))
    standings = {one.matrix: one.standing.value for one in report.verdicts if one.case == "chat.n.choices-raw"}
    assert standings == {EDITIONS[0]: "unclaimed", EDITIONS[1]: "kept", EDITIONS[2]: "kept"}
    sent = [exchange.request.key for _, exchange in recording_in(tmp_path / "out")]
    assert len(server.asked) == len(sent) == len(set(sent)) == report.footer.requests
    assert all(edition in result.out for edition in EDITIONS)


@pytest.mark.parametrize(
    ("given", "standing"), [((), "unclaimed"), (("--given", "flag=--one"), "kept"), (("--given", "flag=not --one"), "broken")]
)
def test_a_condition_is_settled_by_what_is_given(tmp_path, given, standing):
    (tmp_path / "acme@1.yaml").write_text(DRIFTED)
    with serving("one-choice-whatever-n") as server:
        more = ("--matrix", "acme@1.yaml", "--gate", "none", "--only", "chat.n.choices")
        result = said(tmp_path, "run", "--base-url", server.url, "--report", "out", *NAMES, *more, *given)
    assert result.code == 0, result.err
    assert {one.standing.value for one in report_of(tmp_path).verdicts} == {standing}


def test_a_condition_that_no_claim_has_is_wrong_use(tmp_path):
    with serving() as server:
        words = ("--base-url", server.url, "--matrix", "llama.cpp@b11434", "--given", "flag=--embedding")
        result = said(tmp_path, "run", *words)
    assert result.code == 4
    assert "did you mean '--embeddings'" in result.err
    assert server.asked == []


def test_matrix_show_is_a_table_in_the_terminal_and_in_markdown(tmp_path):
    text = said(tmp_path, "matrix", "show", "ollama@2024-03-26")
    assert text.code == 0
    assert "chat.seed.temperature" in text.out
    assert "distinct_texts = 1; a seed forces temperature 0" in text.out
    assert text.out == said(tmp_path, "show", "ollama@2024-03-26").out
    markdown = said(tmp_path, "matrix", "show", "ollama@2024-03-26", "--markdown").out
    assert "| `chat.finish_reason` | deviates | finish_reason = stop; it is always stop | line 92 |" in markdown
    missing = said(tmp_path, "matrix", "show", "olama@2024-03-26")
    assert (missing.code, missing.out) == (4, "")
    assert "did you mean 'ollama@2024-03-26'" in missing.err


def test_matrix_diff_tells_two_editions_and_two_servers_apart(tmp_path):
    editions = said(tmp_path, "matrix", "diff", "ollama@2024-02-07", "ollama@2024-03-26")
    assert editions.code == 0
    assert [line.split() for line in editions.out.splitlines()[2:]] == [["chat.n", "-", "unsupported"]]
    servers = said(tmp_path, "matrix", "diff", "vllm@0.32", "groq@2026", "--markdown")
    assert "| `chat.n` | supported | rejected (status 400; any value but 1) |" in servers.out
    assert said(tmp_path, "matrix", "diff", "vllm@0.32", "nothing@1").code == 4


def test_matrix_drift_ends_with_1_where_the_document_changed(tmp_path):
    (tmp_path / "acme@1.yaml").write_text(DRIFTED)
    page = tmp_path / "page.md"
    page.write_text("ignored with --one\nsupported\n")
    asked = ("matrix", "drift", "acme@1.yaml", "--document", "page.md")
    first = said(tmp_path, *asked)
    assert first.code == 1
    assert "does not say which text it mirrors" in first.out
    mirror = first.out.split("url:\n")[1]
    head = 'document:\n  url: ""\n  retrieved: "2026-11-21"\n'
    (tmp_path / "acme@1.yaml").write_text(DRIFTED.replace('document: {url: "", retrieved: "2026-11-21"}\n', head + mirror))
    assert said(tmp_path, *asked).code == 0
    page.write_text("ignored with --one\nrefused\n")
    drifted = said(tmp_path, *asked)
    assert drifted.code == 1
    assert "chat.n: cites line 2, which changed" in drifted.out
    assert said(tmp_path, "matrix", "drift", "acme@1.yaml", "--document", "missing.md").code == 4
    assert said(tmp_path, "matrix", "drift", "acme@1.yaml").code == 4


def test_matrix_check_counts_claims(tmp_path):
    result = said(tmp_path, "matrix", "check", "ollama@2026-01-17")
    assert result.code == 0
    assert "of earlier editions" in result.out
    (tmp_path / "bad.yaml").write_text(DRIFTED.replace("ignored", "ignord").replace("--one", "3"))
    bad = said(tmp_path, "matrix", "check", "bad.yaml", "ollama@2026-01-17")
    assert bad.code == 1
    assert "bad.yaml:9: has the unknown stance 'ignord'; did you mean 'ignored'?" in bad.out
    assert "bad.yaml:9: has a condition on the flag that is no text" in bad.out
    assert "ollama@2026-01-17: " in bad.out
    assert said(tmp_path, "matrix", "check", "missing.yaml").code == 4
