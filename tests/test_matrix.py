"""Matrices are read strictly: every error has its file, its line and, where a word is wrong, the nearest valid one."""

import re

import pytest

from conformance.documents import DocumentError, read_document
from conformance.features import all_features, core_features
from conformance.matrix import UnknownMatrix, load_matrix, matrix_names, parse_matrix
from conformance.model import Stance, Target
from conformance.registry import all_checks

GOOD = """\
schema: 1
id: "acme@2026-01"
server: acme
edition: "2026-01"
title: Acme's page
document: {url: "https://example.org", retrieved: "2026-11-21"}
claims:
  chat: {stance: supported, lines: [1]}
  chat.n: {stance: deviates, lines: [2, 3], expects: {choices: 1}, note: one}
excluded:
  - {statements: [Z9], lines: [4], reason: nobody can see it}
"""


def test_a_good_matrix_is_read_whole():
    matrix = parse_matrix(GOOD, "acme.yaml")
    assert (matrix.id, matrix.server, matrix.edition) == ("acme@2026-01", "acme", "2026-01")
    assert matrix.claims["chat.n"].stance is Stance.DEVIATES
    assert matrix.claims["chat.n"].expects == {"choices": 1}
    assert matrix.claims["chat.n"].line == 9
    assert matrix.excluded[0]["statements"] == ["Z9"]


@pytest.mark.parametrize(
    ("old", "new", "line", "says"),
    [
        ("chat.n:", "chat.m:", 9, "did you mean 'chat.n'"),
        ("stance: supported", "stance: suported", 8, "did you mean 'supported'"),
        ("stance: supported", "stance: undocumented", 8, "unknown stance"),
        ('edition: "2026-01"', "edition: 2026-01", 4, "unquoted edition"),
        ('id: "acme@2026-01"', "id: acme@2026-01", 2, "unquoted id"),
        ('id: "acme@2026-01"', 'id: "acme@2026-02"', 2, "SERVER@EDITION"),
        ("  chat.n: {", "  chat: {stance: ignored, lines: [2]}\n  chat.n: {", 9, "'chat' twice, first on line 8"),
        ("server: acme", "server: acme\nserver: acme", 4, "'server' twice"),
        ("lines: [1]", "line: [1]", 8, "did you mean 'lines'"),
        ("lines: [1]", "lines: 1", 8, "cites no lines"),
        (", lines: [1]", "", 8, "lacks the key 'lines'"),
        (", expects: {choices: 1}", "", 9, "but not how"),
        ("deviates, lines: [2, 3], expects: {choices: 1}, note: one", "approximated, lines: [2]", 9, "but not how"),
        ("schema: 1", "schema: 2", 1, "schema"),
        ("title: Acme's page\n", "", 1, "lacks the key 'title'"),
        ("reason: nobody can see it", "why: nobody", 11, "unknown key 'why'"),
        ('retrieved: "2026-11-21"', 'date: "x"', 6, "unknown key 'date'"),
        ("claims:", "claims: [", None, "is no YAML"),
    ],
)
def test_what_is_wrong_is_told_with_its_line(old, new, line, says):
    assert old in GOOD
    with pytest.raises(DocumentError, match=re.escape(says)) as caught:
        parse_matrix(GOOD.replace(old, new, 1), "acme.yaml")
    assert str(caught.value).startswith(f"acme.yaml:{line}:" if line else "acme.yaml:")


@pytest.mark.parametrize(
    "text", ["", "[1]", "null", "claims: {}", "\x00", "a: &x [*x]", "a: !!python/object:os.system {}", "? [a]\n: b"]
)
def test_what_is_no_matrix_is_an_error_and_never_a_traceback(text):
    with pytest.raises(DocumentError):
        parse_matrix(text, "x.yaml")


def test_only_the_words_of_json_are_no_text():
    assert read_document("{a: no, b: on, c: 2024-03-26, d: 0.10, e: 1, f: true, g: null, h: 1_000, i: 0x10, j: .5}", "x") == {
        "a": "no",
        "b": "on",
        "c": "2024-03-26",
        "d": 0.1,
        "e": 1,
        "f": True,
        "g": None,
        "h": "1_000",
        "i": "0x10",
        "j": ".5",
    }


def test_an_unknown_name_is_told_the_nearest():
    with pytest.raises(UnknownMatrix, match="did you mean 'ollama@2024-03-26'"):
        load_matrix("olama@2024-03-26")


@pytest.mark.parametrize("name", matrix_names())
def test_every_matrix_is_good_and_every_claim_can_be_tested(name):
    matrix = load_matrix(name)
    assert f"{matrix.server}@{matrix.edition}" == name
    tested = {check.feature for check in all_checks().values()}
    assert set(matrix.claims) <= tested, set(matrix.claims) - tested


def test_the_vocabulary_is_closed():
    used = {check.feature for check in all_checks().values()}
    assert used <= set(all_features()), used - set(all_features())


def test_some_features_count_only_for_what_was_named():
    bare, named = Target("u", "m"), Target("u", "m", alias="a", vision_model="v")
    assert {"models.alias", "chat.vision"} <= core_features(named) - core_features(bare)
    assert "chat.stop" in core_features(bare)
    assert "auth.any-key" not in core_features(named)
