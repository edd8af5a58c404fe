"""The search finds what is wrong, shrinks it, repeats itself, and keeps within its bound."""

from conformance.falsify import KINDS, counterexample
from conformance.model import Finding

EVERYTHING = dict.fromkeys(("temperature", "stop"), KINDS)


def search(wrong, most=60):
    asked = []

    def judged(pair):
        asked.append(pair)
        if wrong(pair):
            yield Finding("breaks", pair[0], actual=repr(pair[1]))

    return list(counterexample(EVERYTHING, judged, most)), asked


def test_a_server_that_is_right_is_asked_so_many_times_at_most_and_no_more():
    found, asked = search(lambda _: False)
    assert found == []
    assert 20 < len(asked) <= 60
    assert len({repr(pair) for pair in asked}) == len(asked)


def test_what_breaks_is_found_and_made_simple():
    found, asked = search(lambda pair: pair[0] == "stop" and isinstance(pair[1], list) and pair[1])
    assert [one.where for one in found] == ["stop"]
    assert len(found[0].actual) <= 6
    assert len(asked) <= 60


def test_the_search_repeats_itself():
    assert search(lambda pair: isinstance(pair[1], dict))[1] == search(lambda pair: isinstance(pair[1], dict))[1]
