"""The commands beside `run`, from the outside."""

import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest
from servers import Ended, command, ended, serving

from conformance.documentation import page
from conformance.features import all_features
from conformance.matrix import matrix_names
from conformance.recordings import recording_in
from conformance.reference.faults import all_faults
from conformance.registry import all_checks


def said(tmp_path, *arguments) -> Ended:
    return ended(command(*arguments, cwd=tmp_path))


def test_help_is_quick_because_nothing_heavy_is_imported(tmp_path):
    code = "import sys\nfrom conformance.__main__ import main\ntry: main(['--help'])\nexcept SystemExit: pass\n"
    code += (
        "heavy = {'openai', 'pytest', 'httpx', 'jsonschema', 'yaml', 'hypothesis'} & set(sys.modules)\nassert not heavy, heavy"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "COMMAND" in done.stdout


@pytest.mark.parametrize(
    ("kind", "names"),
    [
        ("checks", {one.id for one in all_checks().values() if not one.on}),
        ("rules", {one.id for one in all_checks().values() if one.on}),
        ("features", set(all_features())),
        ("matrices", set(matrix_names())),
        ("faults", set(all_faults())),
    ],
)
def test_list_names_everything_of_a_kind(tmp_path, kind, names):
    result = said(tmp_path, "list", kind)
    assert result.code == 0
    assert {line.split()[0] for line in result.out.splitlines()} == names


def test_show_tells_what_a_name_means(tmp_path):
    check = said(tmp_path, "show", "chat.stop.string").out
    assert "chat.stop" in check
    assert "https://" in check
    assert "chat.stop.string" in said(tmp_path, "show", "chat.stop").out
    assert "line 91" in said(tmp_path, "show", "ollama@2024-03-26").out
    assert "https://" in said(tmp_path, "show", "done-missing").out
    wrong = said(tmp_path, "show", "chat.stop.strin")
    assert (wrong.code, wrong.err.count("\n")) == (4, 1)
    assert "did you mean 'chat.stop.string'" in wrong.err


def test_plan_tells_what_would_be_sent_and_sends_nothing(tmp_path):
    result = said(tmp_path, "plan", "--base-url", "http://127.0.0.1:9/v1", "--area", "chat", "--area", "models")
    assert result.code == 0, result.err
    rows = {words[0]: words[1:] for words in map(str.split, result.out.splitlines())}
    assert set(rows) == {"area", "chat", "models", "all"}
    cases, requests, tokens = map(int, rows["all"])
    assert cases > 100
    assert 0 < requests < cases
    assert tokens > 0
    assert said(tmp_path, "plan", "--area", "realtime").code == 5
    assert said(tmp_path, "plan", "--only", "nope").code == 4


def test_a_plan_is_what_a_run_sends(tmp_path):
    only = ("--only", "chat.stop", "--only", "models.list", "--only", "chat.stream.done")
    planned = said(tmp_path, "plan", *only).out.splitlines()[-1].split()
    with serving() as server:
        ended(command("run", "--base-url", server.url, "--report", "out", "--model", "reference", *only, cwd=tmp_path))
    assert len(list(recording_in(tmp_path / "out"))) in (int(planned[2]), int(planned[2]) + 1)  # one more reaches the server


def test_curl_gives_a_line_that_sends_the_same_bytes(tmp_path):
    with serving() as server:
        only = ("--only", "errors.malformed", "--only", "chat.stop.string", "--only", "auth")
        ended(
            command("run", "--base-url", server.url, "--report", "out", "--api-key", "sk-0123456789abcdef", *only, cwd=tmp_path)
        )
        recorded = dict(recording_in(tmp_path / "out"))
        lines = {key: said(tmp_path, "curl", key, "--report", "out").out for key in list(recorded)[:6]}
        server.asked.clear()
        for key, line in lines.items():
            assert "sk-0123" not in line
            again = subprocess.run(["sh", "-c", line], capture_output=True, check=False)
            wanted = str(recorded[key].status).encode()
            assert re.match(rb"HTTP/1.1 " + wanted, again.stdout), (line, again.stdout, again.stderr)
    assert len(server.asked) == len(lines)
    assert shlex.split(next(iter(lines.values())))[0] in ("curl", "echo")


def test_curl_refuses_what_is_not_there(tmp_path):
    assert said(tmp_path, "curl", "0123456789abcdef", "--report", "nowhere").code == 4


def test_matrix_check_names_every_problem(tmp_path):
    assert said(tmp_path, "matrix", "check", *matrix_names()).code == 0
    bad = tmp_path / "bad.yaml"
    head = 'schema: 1\nid: "a@1"\nserver: a\nedition: 1\ntitle: x\ndocument: {url: "", retrieved: ""}\n'
    bad.write_text(head + "claims:\n  chta: {stance: supported, lines: [1]}\n")
    result = said(tmp_path, "matrix", "check", "bad.yaml")
    assert result.code == 1
    assert "bad.yaml:4: has an unquoted edition" in result.out
    assert "bad.yaml:8: speaks of the unknown feature 'chta'; did you mean 'chat'" in result.out
    assert said(tmp_path, "matrix", "check", "missing.yaml").code == 4


def test_serve_says_where_it_is_and_refuses_unknown_faults(tmp_path):
    process = command("serve", "--fault", "done-missing", cwd=tmp_path)
    assert process.stdout is not None
    line = process.stdout.readline()
    process.terminate()
    ended(process)
    assert re.fullmatch(r"serving http://127\.0\.0\.1:\d+/v1\n", line)
    wrong = said(tmp_path, "serve", "--fault", "done-mising")
    assert wrong.code == 4
    assert "did you mean 'done-missing'" in wrong.err


def test_wrong_words_are_one_line_and_exit_4(tmp_path):
    for words in (("run", "--gate", "x"), ("nonsense",), ("list", "nonsense"), ("show", "a", "b")):
        result = said(tmp_path, *words)
        assert (result.code, len(result.err.strip().splitlines())) == (4, 1), words


def test_the_page_of_checks_is_fresh():
    text = (Path(__file__).parent.parent / "docs" / "checks.md").read_text("utf-8")
    assert text == page(), "run: python -m conformance.documentation"
