"""Matrices are read strictly: every error has its file, its line and, where a word is wrong, the nearest valid one."""

import re
import time

import pytest

from conformance.documents import DocumentError, read_document
from conformance.features import all_features, core_features
from conformance.matrix import SameName, UnknownMatrix, file_problems, load_matrices, load_matrix, matrix_names, parse_matrix
from conformance.matrix_problems import problems
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
        ("lines: [1]", "lines: [0]", 8, "cites no lines"),
        ("lines: [1]", "lines: []", 8, "cites no lines"),
        ("lines: [1]", "lines: [true]", 8, "cites no lines"),
        ("lines: [1]", 'at: ""', 8, "lacks the key 'lines'"),
        ("lines: [1]", "lines: [1], statements: Z1", 8, "statements that are no list"),
        ("note: one", "note: One choice", 9, "begins with a capital letter"),
        ("note: one", "note: one choice.", 9, "ends in a mark"),
        ("note: one", "note: it should be one", 9, "says 'should'"),
        ("note: one", "note: one  choice", 9, "not one line"),
        ("note: one", "note: 1", 9, "no text"),
        ("note: one", f"note: {'x' * 300}", 9, "not one line"),
        ("title: Acme's page", "title: Please read this", 5, "says 'Please'"),
        ("{choices: 1}", "{choises: 1}", 9, "did you mean 'choices'"),
        ("{choices: 1}", "{colour: 1}", 9, "there are choices"),
        ("{choices: 1}", "[1]", 9, "expects no mapping"),
        ("lines: [1]", "lines: [1], expects: {text: 1}", 8, "which no check of chat observes"),
        ("lines: [1]", "lines: [1], how: clamped", 8, None),
        ("lines: [1]", "lines: [1], how: clampt", 8, "did you mean 'clamped'"),
        ("lines: [1]", "lines: [1], how: green", 8, "there are aliased, clamped"),
        ("lines: [1]", "lines: [1], echo: none", 8, "'echo' beside 'supported', where it means nothing"),
        ("lines: [1]", "lines: [1], marked: [beta, experimentel]", 8, "did you mean 'experimental'"),
        ("lines: [1]", "lines: [1], status: 42", 8, "no HTTP status"),
        ("lines: [1]", "lines: [1], status: '404'", 8, "no HTTP status"),
        ("lines: [1]", "lines: [1], type: 3", 8, "type that is no text"),
        ("lines: [1]", "lines: [1], page: other", 8, "unknown page 'other'"),
        ("lines: [1]", "lines: [1], when: always", 8, "a `when` that is no mapping"),
        ("lines: [1]", "lines: [1], when: {}", 8, "a `when` that is no mapping"),
        ("lines: [1]", "lines: [1], when: {flags: --jinja}", 8, "did you mean 'flag'"),
        ("lines: [1]", "lines: [1], when: {flag: 3}", 8, "condition on the flag that is no text"),
        ("lines: [1]", "lines: [1], when: {version: newest}", 8, "version range"),
        ("{stance: supported, lines: [1]}", "[{stance: supported, lines: [1]}]", 8, "at least two"),
        ("{stance: supported, lines: [1]}", "supported", 8, "no mapping"),
        (
            "{stance: supported, lines: [1]}",
            "[{stance: supported, lines: [1]}, {stance: rejected, lines: [2]}]",
            8,
            "contradicts line 8: two claims on chat hold under one condition",
        ),
        ("chat: {stance: supported", "chat: {stance: rejected", 9, "contradicts line 8: chat.n is deviates, but chat rejected"),
        ("lines: [4]", "pages: [4]", 11, "unknown key 'pages'"),
        ("statements: [Z9], ", "", 11, None),
        ("lines: [1]", "lines: [1], statements: [Z9]", 11, "leaves out the statement Z9"),
        ("reason: nobody can see it", "reason: Nobody can see it", 11, "begins with a capital letter"),
        ("reason: nobody can see it", "reason: ''", 11, "reason that is no text"),
        ("https://example.org", "example.org", 6, "url that is no address"),
        ('"2026-11-21"', '"yesterday"', 6, "write YYYY-MM-DD"),
        ('"2026-11-21"', '"2026-11-21", sha256: abc', 6, "64 hexadecimal digits"),
        ('"2026-11-21"', '"2026-11-21", line_hashes: "xyz"', 6, "no hashes of six digits"),
        ('"2026-11-21"', '"2026-11-21", by: someone', 6, "is by nobody known"),
        ("excluded:", "notes: {chat.m: x}\nexcluded:", 10, "did you mean 'chat.n'"),
        ("excluded:", "notes: [x]\nexcluded:", 10, "notes that are no mapping"),
        ("excluded:", "withdrawn: [chat]\nexcluded:", 10, "inherits none"),
        ("excluded:", "withdrawn: chat\nexcluded:", 10, "no list of features"),
        ("excluded:", "pages: {x: y}\nexcluded:", 10, "page x that is no mapping"),
        ("excluded:", 'inherits: "acme@2026-01"\nexcluded:', 10, "in a circle"),
        ("excluded:", 'inherits: "olama@2024-03-26"\nexcluded:', 10, "did you mean 'ollama@2024-03-26'"),
        ("excluded:", "inherits: ollama@2024-03-26\nexcluded:", 10, "unquoted inherits"),
        ("stance: supported", "stance: null", 8, "there are supported, partial"),
        ("lines: [1]", "lines: [1000000000000000000000000000000]", 8, None),
        ("lines: [1]", f"lines: [{'1' * 5000}]", 8, "cites no lines"),
        ("lines: [1]", "at: [Limits]", 8, "`at` that is no line of text"),
        ("lines: [1]", 'at: "Lim\\eits"', 8, "`at` that is no line of text"),
        ("lines: [1]", "lines: [1], note: a, b c", 8, "'b c'; a text with a comma in it stands in quotes"),
        ("note: one", "note: null", 9, "note that is no text"),
        ("title: Acme's page", "title:", 5, "title that is no text"),
        ("title: Acme's page", 'title: "Acme \\e[31m"', 5, "a character that cannot be seen"),
        ('"acme@2026-01"\nserver: acme', '"../acme@2026-01"\nserver: ../acme', 3, "a server that is no name"),
        ("expects: {choices: 1}", "expects: {choices: {maximum: many}}", 9, "no JSON Schema: 'many' is not of type 'number'"),
        ("expects: {choices: 1}", "expects: {choices: {pattern: '('}}", 9, "no JSON Schema: '(' is not a 'regex'"),
        ("expects: {choices: 1}", "expects: {choices: {maximun: 1}}", 9, "'maximun' is unknown; did you mean 'maximum'"),
        ("expects: {choices: 1}", "expects: {choices: {items: {$ref: 'http://x'}}}", 9, "refers to another schema"),
        ("expects: {choices: 1}", "expects: {choices: {minimum: 1, then: {}}}", 9, None),
        ('"2026-11-21"', '"2026-02-30"', 6, "write YYYY-MM-DD"),
        (
            "{stance: supported, lines: [1]}",
            "[{stance: supported, lines: [1]}, {stance: rejected, lines: [2], when: {flag: --x}}]",
            8,
            "before the last claim of the list",
        ),
        ("lines: [4], reason: nobody can see it", "lines: [4]", 11, "lacks the key 'reason'"),
        ('"2026-11-21"', f'"2026-11-21", sha256: "{"a" * 64}", line_hashes: "{" ".join(["abcdef"] * 4)}"', 6, None),
        (
            '"2026-11-21"',
            f'"2026-11-21", sha256: "{"a" * 64}", line_hashes: "abcdef abcdef"',
            9,
            "cites line 3 of a document that has 2",
        ),
    ],
)
def test_what_is_wrong_is_told_with_its_line_and_what_is_right_is_not(old, new, line, says):
    assert old in GOOD
    if says is None:
        parse_matrix(GOOD.replace(old, new, 1), "acme.yaml")
        return
    with pytest.raises(DocumentError, match=re.escape(says)) as caught:
        parse_matrix(GOOD.replace(old, new, 1), "acme.yaml")
    assert str(caught.value).startswith(f"acme.yaml:{line}:" if line else "acme.yaml:")


def test_several_documents_are_told_apart_by_their_names(tmp_path):
    one, same, other = (tmp_path / f"{name}.yaml" for name in ("one", "same", "other"))
    one.write_text(GOOD)
    same.write_text(GOOD)
    other.write_text(GOOD.replace("lines: [1]", "lines: [7]"))
    assert [found.id for found in load_matrices([str(one), "groq@2026", str(same)])] == ["acme@2026-01", "groq@2026"]
    with pytest.raises(SameName, match="both called acme@2026-01: give one of them another edition"):
        load_matrices([str(one), str(other)])


def test_a_feature_that_there_is_not_is_told_once():
    with pytest.raises(DocumentError) as caught:
        parse_matrix(GOOD.replace("chat.n:", "chat.m:"), "acme.yaml")
    assert "'chat.m'; did you mean 'chat.n'" in str(caught.value)
    file = read_document(GOOD.replace("chat.n:", "chat.m:"), "acme.yaml")
    assert len(list(problems(file, "acme.yaml"))) == 1


@pytest.mark.parametrize(
    ("text", "line", "says"),
    [
        ("a: 1\n\tb: 2\n", 2, "a tab indents this line"),
        ("a: 1\n---\nb: 2\n", 2, "expected a single document in the stream, but found another document"),
        ("a: {\n  b: c: d}\n", 2, "begins on line 1; a text with a colon or a comma in it stands in quotes"),
        ("a: é\nb: \0\n", 2, "the character U+0000"),
        ("a: &x {b: 1}\nc: *x\n", 2, "the alias *x: write out what it stands for"),
        ("a: &x [*x]\n", 1, "the alias *x"),
        ("a: &a [x, x]\n" + "".join(f"b{n}: &b{n} [*a, *a]\n" for n in range(99)), 2, "the alias *a"),
    ],
)
def test_what_is_no_yaml_is_told_with_its_line_and_cause(text, line, says):
    with pytest.raises(DocumentError, match=re.escape(says)) as caught:
        read_document(text, "x.yaml")
    assert str(caught.value).startswith(f"x.yaml:{line}: ")


def test_files_are_read_as_editors_write_them_or_refused_with_a_line(tmp_path):
    file = tmp_path / "acme.yaml"
    for written in (GOOD.encode("utf-8-sig"), GOOD.replace("\n", "\r\n").encode()):
        file.write_bytes(written)
        assert load_matrix(str(file)).sha256 == parse_matrix(GOOD, "acme.yaml").sha256
    file.write_bytes(GOOD.replace("Acme's", "Acmé's").encode("latin-1"))
    assert [str(one) for one in file_problems(str(file))] == [f"{file}:5: is not UTF-8 at byte 71"]
    file.write_bytes(b"#" * (5 << 20))
    assert [str(one) for one in file_problems(str(file))] == [f"{file}:1: is too large for a document"]


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
def test_every_matrix_is_good(name):
    assert [str(problem) for problem in file_problems(name)] == []
    matrix = load_matrix(name)
    assert matrix.id == name == f"{matrix.server}@{matrix.edition}"
    assert all(claim.lines or claim.at for claim in matrix.claims.values())


def test_there_are_matrices_of_the_servers_that_people_run():
    names = matrix_names()
    assert len(names) >= 38
    assert sum(name.startswith("ollama@") for name in names) == 8
    assert {"openai@2026-11", "open-responses@2026-04-24", "ollama-guide@2024-07"} <= set(names)


def test_all_of_them_are_read_quickly():
    began = time.perf_counter()
    for name in matrix_names():
        load_matrix(name)
    assert time.perf_counter() - began < 10


def test_the_vocabulary_is_closed():
    used = {check.feature for check in all_checks().values()}
    assert used <= set(all_features()), used - set(all_features())


def test_some_features_count_only_for_what_was_named():
    bare, named = Target("u", "m"), Target("u", "m", alias="a", vision_model="v")
    assert {"models.alias", "chat.vision"} <= core_features(named) - core_features(bare)
    assert "chat.stop" in core_features(bare)
    assert "auth.any-key" not in core_features(named)
