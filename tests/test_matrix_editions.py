"""Editions: what a matrix takes over from an earlier one, what it replaces and withdraws, and what may not be said."""

import re

import pytest

from conformance.documents import DocumentError
from conformance.matrix import file_problems, load_matrix
from conformance.matrix_tables import cell, difference, shown, side_by_side
from conformance.model import Stance

HEAD = """\
schema: 1
id: "acme@{edition}"
server: acme
edition: "{edition}"
title: Acme's page of {edition}
{more}document: {{url: "https://example.org", retrieved: "2026-11-21"}}
claims:
"""
FIRST = """\
  chat: {stance: supported, lines: [1]}
  chat.n: {stance: ignored, lines: [2], note: one choice}
  chat.tools: {stance: unsupported, lines: [3]}
"""


def written(folder, edition, claims, more=""):
    file = folder / f"acme@{edition}.yaml"
    file.write_text(HEAD.format(edition=edition, more=more) + claims)
    return str(file)


def follows(folder, claims, more=""):
    written(folder, "1", FIRST)
    return written(folder, "2", claims, f'inherits: "acme@1"\n{more}')


def test_what_is_not_said_anew_is_taken_over_with_the_edition_that_said_it(tmp_path):
    matrix = load_matrix(
        follows(tmp_path, "  chat.n: {stance: rejected, lines: [9]}\n  chat.seed: {stance: supported, lines: [8]}\n")
    )
    assert list(matrix.claims) == ["chat", "chat.n", "chat.tools", "chat.seed"]
    assert matrix.claims["chat"].stated_in == "acme@1"
    assert (matrix.claims["chat.n"].stance, matrix.claims["chat.n"].note, matrix.claims["chat.n"].stated_in) == (
        Stance.REJECTED,
        "",
        "",
    )
    assert matrix.id == "acme@2"


def test_what_is_withdrawn_is_undocumented(tmp_path):
    matrix = load_matrix(follows(tmp_path, "  chat.seed: {stance: supported, lines: [8]}\n", "withdrawn: [chat.n]\n"))
    assert "chat.n" not in matrix.claims
    assert matrix.withdrawn == ("chat.n",)


def test_a_line_of_editions_keeps_who_said_it_first(tmp_path):
    follows(tmp_path, "  chat.seed: {stance: supported, lines: [8]}\n")
    third = load_matrix(written(tmp_path, "3", "  chat.stop: {stance: supported, lines: [7]}\n", 'inherits: "acme@2"\n'))
    assert {name: one.stated_in for name, one in third.claims.items()} == {
        "chat": "acme@1",
        "chat.n": "acme@1",
        "chat.tools": "acme@1",
        "chat.seed": "acme@2",
        "chat.stop": "",
    }


def test_the_hash_of_an_edition_covers_what_it_takes_over(tmp_path):
    file = follows(tmp_path, "  chat.seed: {stance: supported, lines: [8]}\n")
    before = load_matrix(file).sha256
    written(tmp_path, "1", FIRST.replace("one choice", "always one choice"))
    assert load_matrix(file).sha256 != before


@pytest.mark.parametrize(
    ("claims", "more", "line", "says"),
    [
        ("  chat.seed: {stance: supported, lines: [1]}\n", "withdrawn: [chat.m]\n", 7, "did you mean 'chat.n'"),
        ("  chat.n: {stance: supported, lines: [1]}\n", "withdrawn: [chat.n]\n", 10, "withdraws chat.n and makes a claim on it"),
        ("  chat.tools.strict: {stance: supported, lines: [1]}\n", "", 9, "contradicts what acme@1 says of chat.tools"),
        ("  chat: {stance: rejected, lines: [1]}\n", "", 9, "contradicts what acme@1 says of chat.n"),
    ],
)
def test_what_cannot_follow_is_told_with_its_line(tmp_path, claims, more, line, says):
    file = follows(tmp_path, claims, more)
    found = [str(one) for one in file_problems(file)]
    assert any(re.search(rf"acme@2\.yaml:{line}: .*{re.escape(says)}", one) for one in found), found
    with pytest.raises(DocumentError):
        load_matrix(file)


def test_a_withdrawn_gap_is_no_contradiction(tmp_path):
    file = follows(tmp_path, "  chat.tools.strict: {stance: supported, lines: [1]}\n", "withdrawn: [chat.tools]\n")
    assert list(file_problems(file)) == []


def test_a_circle_of_editions_is_told(tmp_path):
    written(tmp_path, "1", FIRST, 'inherits: "acme@2"\n')
    file = written(tmp_path, "2", FIRST, 'inherits: "acme@1"\n')
    assert "circle" in str(next(file_problems(file)))


def test_a_wrong_earlier_edition_is_told_in_its_own_file(tmp_path):
    file = follows(tmp_path, "  chat.seed: {stance: supported, lines: [8]}\n")
    written(tmp_path, "1", FIRST.replace("chat.n", "chat.m"))
    assert "acme@1.yaml:9: speaks of the unknown feature 'chat.m'" in str(next(file_problems(file)))


def test_tables_tell_what_differs_and_who_says_it(tmp_path):
    file = follows(tmp_path, "  chat.n: {stance: rejected, at: limits, status: 400, note: n is 1}\n", "withdrawn: [chat.tools]\n")
    first, second = load_matrix(str(tmp_path / "acme@1.yaml")), load_matrix(file)
    assert cell(second, "chat.n") == "rejected (status 400; n is 1)"
    assert cell(second, "chat.tools") == "-"
    told = "\n".join(difference(first, second))
    assert "features said differently: 2; said alike: 1" in told
    assert "features said differently: 0" in "\n".join(difference(first, first))
    text, markdown = "\n".join(shown(second)), "\n".join(shown(second, markdown=True))
    assert "line 1 (acme@1)" in text
    assert "| `chat.n` | rejected | status 400; n is 1 | limits |" in markdown
    assert "withdrawn  chat.tools" in text
    assert "| `chat.tools` | unsupported | - |" in side_by_side([first, second])


def test_ollama_says_what_changed():
    editions = [load_matrix(f"ollama@{day}") for day in ("2024-02-07", "2024-03-26", "2024-08-13", "2026-08-21")]
    assert ["chat.n" in one.claims for one in editions] == [False, True, True, True]
    assert editions[2].claims["chat.vision"].stance is Stance.SUPPORTED
    assert "chat.finish_reason" not in editions[2].claims
    assert editions[3].claims["completions.suffix"].stated_in == "ollama@2024-08-13"
    assert "images.generations" not in editions[3].claims
    assert "images.generations" in load_matrix("ollama@2026-01-17").claims
