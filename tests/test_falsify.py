"""The search finds what is wrong, shrinks it, repeats itself, keeps within its bound, and leaves no files."""

import pytest

from conformance.falsify import KINDS, counterexample
from conformance.model import Finding


def search(wrong, examples=20, most=60):
    asked = []

    def judged(value):
        asked.append(value)
        if wrong(value):
            yield Finding("breaks", actual=repr(value))

    return list(counterexample(KINDS, judged, examples, most)), asked


def test_a_server_that_is_right_is_asked_as_many_examples_and_no_more():
    found, asked = search(lambda _: False)
    assert found == []
    assert 10 < len(asked) <= 20
    assert len(set(map(repr, asked))) == len(asked)


def test_what_breaks_is_found_and_made_simple():
    found, asked = search(lambda value: isinstance(value, list) and value, examples=60, most=100)
    assert len(found) == 1
    assert len(found[0].actual) <= 6
    assert len(asked) <= 100


def test_the_search_repeats_itself_and_ends_at_its_bound():
    first, again = search(lambda value: isinstance(value, dict)), search(lambda value: isinstance(value, dict))
    assert list(map(repr, first[1])) == list(map(repr, again[1]))
    assert len(search(lambda _: True, most=3)[1]) <= 3


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_can_be_drawn(kind):
    types = {"null": type(None), "boolean": bool, "integer": int, "number": float, "string": str, "array": list, "object": dict}
    drawn = []
    list(counterexample((kind,), lambda value: drawn.append(value) or (), 5, 5))
    assert {type(value) for value in drawn} == {types[kind]}


def test_no_files_are_left(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    search(lambda value: isinstance(value, str) and value)
    assert list(tmp_path.iterdir()) == []
