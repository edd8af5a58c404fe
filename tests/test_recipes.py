"""Recipes of how servers are launched: what is read, what is wrong with them, and runs that launch."""

from __future__ import annotations

import signal
from pathlib import Path

import pytest
from servers import command, ended
from starting import gone

from conformance.documents import DocumentError
from conformance.launching import NotStarted
from conformance.matrix import matrix_names
from conformance.recipes import UnknownRecipe, load_recipe, parse_recipe, recipe_names, running, weights_for
from conformance.report import read

GOOD = """\
schema: 1
title: Acme
url: https://example.org
retrieved: "2026-11-22"
install: pip install acme
command: [acme, serve, "{model}", --port, "{port}"]
environment: {ACME_HOST: "{host}"}
model: {kind: name, default: acme/small, asked: "{model}"}
ready: {path: /health, status: 200, seconds: 30}
stop: {signal: SIGINT, seconds: 5}
untried: nobody has an acme
"""


def test_a_good_recipe_is_read_whole():
    recipe = parse_recipe(GOOD, "somewhere/acme.yaml")
    assert (recipe.name, recipe.kind, recipe.model, recipe.asked) == ("acme", "name", "acme/small", "{model}")
    assert recipe.start.command == ("acme", "serve", "{model}", "--port", "{port}")
    assert (recipe.start.signal, recipe.start.seconds, recipe.start.ready.path) == ("SIGINT", 5.0, "/health")
    assert (recipe.tried, recipe.untried) == ("", "nobody has an acme")


@pytest.mark.parametrize(
    ("old", "new", "line", "says"),
    [
        ("schema: 1", "schema: 2", 1, "a schema that is not 1"),
        ("title: Acme\n", "", 1, "lacks the key 'title'"),
        ("title: Acme", "titel: Acme", 2, "did you mean 'title'"),
        ("https://example.org", "example.org", 3, "a url that is not an address"),
        ('"2026-11-22"', "last week", 4, "a retrieved that is not a day"),
        ("[acme, serve, ", "acme serve # ", 6, "a command that is not a list of words"),
        ('--port, "{port}"', '"8000"', 6, "does not say where {port} goes"),
        ('"{port}"', '"{prot}"', 6, "did you mean 'port'"),
        ('{ACME_HOST: "{host}"}', '{ACME_HOST: "{hots}"}', 7, "did you mean 'host'"),
        ('{ACME_HOST: "{host}"}', "{ACME_HOST: 1}", 7, "an environment that is not"),
        ("kind: name", "kind: weights", 8, "a kind that is not one of gguf, name"),
        ("path: /health", "path: health", 9, "a path that is not a path"),
        ("seconds: 30", "seconds: -1", 9, "a seconds that is not"),
        ("status: 200, ", "", 9, "lacks the key 'status'"),
        ("SIGINT", "SIGNORE", 10, "a signal that is not"),
        ("SIGINT", "TERM", 10, "the name of a signal; did you mean 'SIGTERM'?"),
        ("SIGINT", "SIG_IGN", 10, "a signal that is not"),
        ("schema: 1", "schema: true", 1, "a schema that is not 1"),
        ('"2026-11-22"', '"2026-22-11"', 4, "a retrieved that is not a day"),
        ('{ACME_HOST: "{host}"}', '{"A=B": x}', 7, "an environment that is not"),
        ('{ACME_HOST: "{host}"}', "[ACME_HOST]", 7, "an environment that is not"),
        ('asked: "{model}"', 'asked: "{modle}"', 8, "did you mean 'model'"),
        ("untried: nobody", "matrix: acme\nuntried: nobody", 11, "the name of a matrix, SERVER@EDITION"),
        ("untried: nobody has an acme", 'tried: {date: "yesterday", with: acme 1}', 11, "a date that is not a day"),
        ("untried: nobody has an acme", 'tried: {date: "2026-11-22", with: 1}', 11, "a with that is not one line of text"),
        ("untried: nobody has an acme", 'untried: ""', 11, "an untried that is not"),
        ("stop: {signal: SIGINT, seconds: 5}", "stop: 5", 10, "has a stop that is no mapping"),
        ("ready:", "stays: false\nready:", 11, "stops nothing"),
        ("untried: nobody has an acme\n", "", 1, "says neither"),
        ("untried:", 'tried: {date: "2026-11-22", with: acme 1}\nuntried:', 1, "says neither"),
    ],
)
def test_what_is_wrong_with_a_recipe_is_told_with_its_line(old, new, line, says):
    assert old in GOOD
    with pytest.raises(DocumentError) as caught:
        parse_recipe(GOOD.replace(old, new, 1), "acme.yaml")
    assert says in str(caught.value)
    assert str(caught.value).startswith(f"acme.yaml:{line}:")


@pytest.mark.parametrize(
    "text", ["", "[1]", "command: 1", "null", GOOD.replace("model: {", "model: [{").replace('l}"}', 'l}"}]')]
)
def test_what_is_no_recipe_is_an_error_and_never_a_traceback(text):
    with pytest.raises(DocumentError):
        parse_recipe(text, "x.yaml")


@pytest.mark.parametrize("name", recipe_names())
def test_every_recipe_is_good_listens_here_alone_and_suggests_a_matrix_that_there_is(name):
    recipe = load_recipe(name)
    assert recipe.matrix == "" or recipe.matrix in matrix_names()
    said = " ".join([*recipe.start.command, *recipe.start.environment.values()])
    hidden = ("llama.cpp-", "lmstudio", "textgen-webui")  # they listen on the loopback interface unless told otherwise
    assert "{host}" in said or name.startswith(hidden)


def test_unknown_recipes_are_told_the_nearest():
    with pytest.raises(UnknownRecipe, match="did you mean 'ollama'"):
        load_recipe("olama")


def test_weights_are_a_file_where_a_file_is_loaded(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "m.gguf").touch()
    gguf, named = load_recipe("llama-server"), load_recipe("vllm")
    assert weights_for(gguf, "m.gguf") == str(tmp_path / "m.gguf")
    assert weights_for(gguf, None).endswith(".gguf")
    assert weights_for(named, None) == weights_for(named, named.model)
    with pytest.raises(NotStarted, match=r"none at no\.gguf"):
        weights_for(gguf, "no.gguf")


RECIPE = GOOD.replace("[acme, serve, ", '["{python}", -m, conformance, serve, --port, "{port}"] # ').replace(
    "/health", "/v1/models"
)


def test_run_launches_holds_and_stops(tmp_path):
    (tmp_path / "acme.yaml").write_text(RECIPE.replace('asked: "{model}"', "asked: reference, alias: reference-copy"))
    only = ("--only", "models", "--only", "chat.stop")
    result = ended(command("run", "--launch", "acme.yaml", *only, cwd=tmp_path, OPENAI_BASE_URL="http://127.0.0.1:9/v1"))
    assert result.code == 0, result.out + result.err
    (folder,) = (tmp_path / "reports" / "acme").iterdir()
    report = read((folder / "report.ndjson").read_text("utf-8"))
    assert (report.header.target.id, report.header.target.model) == ("acme", "reference")
    assert {path.name for path in tmp_path.iterdir()} == {"acme.yaml", "reports", "tmp"}
    assert list((tmp_path / "tmp").iterdir()) == []
    assert gone(*served(report.header.target.base_url.rpartition(":")[2].removesuffix("/v1")))


def served(port: str) -> list[int]:
    """The processes whose command line names a port."""
    found = []
    for one in Path("/proc").iterdir():
        if one.name.isdigit():
            try:
                words = (one / "cmdline").read_bytes().split(b"\0")
            except OSError:
                continue
            found += [int(one.name)] if port.encode() in words else []
    return found


def test_interrupting_a_run_stops_what_it_launched(tmp_path):
    (tmp_path / "acme.yaml").write_text(RECIPE.replace('asked: "{model}"', "asked: reference"))
    process = command("run", "--launch", "acme.yaml", "--report", "out", cwd=tmp_path)
    assert process.stdout is not None
    line = process.stdout.readline()
    port = line.partition("127.0.0.1:")[2].partition("/")[0]
    assert served(port)
    process.send_signal(signal.SIGINT)
    assert ended(process).code == 2
    assert gone(*served(port))


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("--launch", "olama"), "did you mean 'ollama'"),
        (("--launch", "missing.yaml"), "no recipe and no file"),
        (("--launch", "bad.yaml"), "bad.yaml:1: lacks the key"),
        (("--launch", "absent.yaml"), "there is no program 'acme-that-is-not'; to install it: pip install acme"),
        (("--launch", "ollama", "--base-url", "http://127.0.0.1:9/v1"), "leave out --base-url"),
        (("--launch", "ollama", "--replay", "x"), "leave out --base-url and --replay"),
        (("--launch", "llama-server", "--weights", "no.gguf"), "none at no.gguf"),
    ],
)
def test_what_cannot_be_launched_is_one_line_and_exit_4(tmp_path, arguments, says):
    (tmp_path / "bad.yaml").write_text("schema: 1\n")
    (tmp_path / "absent.yaml").write_text(GOOD.replace("[acme,", "[acme-that-is-not,"))
    result = ended(command("run", *arguments, "--report", "out", cwd=tmp_path))
    assert (result.code, len(result.err.strip().splitlines())) == (4, 1), result.err
    assert says in result.err
    assert not (tmp_path / "out").exists()


def test_recipes_are_listed_and_shown(tmp_path):
    listed = ended(command("list", "recipes", cwd=tmp_path)).out
    assert {line.split()[0] for line in listed.splitlines()} == set(recipe_names())
    shown = ended(command("show", "ollama", cwd=tmp_path)).out
    assert "OLLAMA_HOST={host}:{port}" in shown
    assert "ollama pull" in shown


def test_a_launched_server_is_known_by_its_recipe():
    with running("llama.cpp-embedding") as one:
        assert one.recipe.embeddings
        assert one.base_url.endswith("/v1")
