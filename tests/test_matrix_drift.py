"""Drift: a text that is not the mirrored one any more is told line by line, with the claims that cite these lines."""

import pytest

from conformance.matrix import parse_matrix
from conformance.matrix_drift import NoMirror, drift, kept, ranges, told

TEXT = "".join(f"line {number}\n" for number in range(1, 11))
HEAD = """\
schema: 1
id: "acme@1"
server: acme
edition: "1"
title: Acme
document:
  url: "https://example.org"
  retrieved: "2026-11-21"
{mirror}
pages:
  more: {{url: "https://example.org/more", retrieved: "2026-11-21"}}
claims:
  chat: {{stance: supported, lines: [1]}}
  chat.n: {{stance: ignored, lines: [4, 5]}}
  chat.stop: {{stance: supported, lines: [9]}}
  chat.seed: {{stance: supported, lines: [4], page: more}}
excluded:
  - {{lines: [4], reason: nobody can see it}}
"""


def matrix(text=TEXT, mirror=None):
    return parse_matrix(HEAD.format(mirror="\n".join(kept(text.encode())) if mirror is None else mirror), "acme.yaml")


def test_the_same_text_does_not_drift():
    assert not drift(matrix(), TEXT.encode())
    assert list(told(matrix(), TEXT.encode())) == ["acme@1: no drift"]


def test_a_changed_line_is_told_with_the_claims_that_cite_it():
    now = TEXT.replace("line 4", "line four")
    found = drift(matrix(), now.encode())
    assert (found.changed, found.added) == ((4,), (4,))
    words = "\n".join(told(matrix(), now.encode()))
    assert "chat.n: cites line 4, which changed" in words
    assert "left out (nobody can see it): cites line 4" in words
    assert "chat.stop: cites" not in words
    assert "chat.seed" not in words


def test_lines_that_moved_are_told_with_their_new_place():
    now = TEXT.replace("line 2\n", "line 2\nnew\nnew too\n").replace("line 7\n", "")
    found = drift(matrix(), now.encode())
    assert (found.changed, found.added, found.moved[9]) == ((7,), (3, 4), 10)
    assert "  chat.n: line 4 is now 6, 5 is now 7" in list(told(matrix(), now.encode()))


@pytest.mark.parametrize("now", [TEXT.replace("\n", "\r\n"), TEXT.rstrip("\n"), TEXT.replace("line 4", "line 4  ")])
def test_white_space_at_the_ends_of_lines_is_no_drift(now):
    assert not drift(matrix(), now.encode())


@pytest.mark.parametrize("now", ["", "\n", "\x00\xff", TEXT * 2])
def test_any_other_text_drifts(now):
    assert drift(matrix(), now.encode("latin-1"))


def test_what_is_told_to_be_kept_mirrors_the_new_text():
    now = TEXT.replace("line 9", "line nine")
    words = list(told(matrix(), now.encode()))
    again = matrix(mirror="\n".join(words[words.index("once the claims are up to date, keep of this text:") + 1 :]))
    assert not drift(again, now.encode())


def test_without_line_hashes_only_that_it_drifted_is_known():
    only = matrix(mirror=next(iter(kept(TEXT.encode()))))
    assert not drift(only, TEXT.encode())
    found = drift(only, b"other")
    assert found
    assert not found.known


def test_a_matrix_that_mirrors_nothing_says_so():
    with pytest.raises(NoMirror, match="does not say which text"):
        drift(matrix(mirror="  note: x"), b"")
    with pytest.raises(NoMirror, match="on the page more"):
        drift(matrix(), b"", "more")
    with pytest.raises(NoMirror, match="there are more"):
        drift(matrix(), b"", "less")


def test_ranges():
    assert ranges([3, 1, 2, 7, 7]) == "1-3, 7"
