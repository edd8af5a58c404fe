"""A server that loads its model first is waited for; one that never gets ready is not waited for twice."""

from itertools import chain, repeat

from conformance.loading import PATIENCE, PAUSE, awaiting
from conformance.messages import Exchange, Failure, Request
from conformance.together import together

ASKED = Request("POST", "/chat/completions", {"model": "m"})


def talking(*answers, beyond=200):
    """A server with these statuses, then another for ever; gives what was sent, and how long was waited."""
    left, passed, sent = chain(answers, repeat(beyond)), [0.0], []

    def send(request):
        sent.append(request)
        status = next(left)
        return Exchange(request, status) if status else Exchange(request, failure=Failure("timeout", "no answer"))

    def sleep(seconds):
        passed[0] += seconds

    return awaiting(send, sleep, lambda: passed[0]), sent, passed


def test_whoever_is_ready_is_asked_once():
    send, sent, passed = talking(200, 503)
    assert [send(ASKED).status, send(ASKED).status] == [200, 503]
    assert (len(sent), passed[0]) == (2, 0.0)


def test_whoever_still_starts_is_asked_until_it_is_ready_and_not_waited_for_later():
    send, sent, passed = talking(503, 503, 503, 200, 503)
    assert [send(ASKED).status, send(ASKED).status] == [200, 503]
    assert (len(sent), passed[0]) == (5, 3 * PAUSE)


def test_whoever_never_gets_ready_is_waited_for_once():
    send, sent, passed = talking(beyond=503)
    assert [send(ASKED).status for _ in range(5)] == [503] * 5
    assert PATIENCE <= passed[0] <= PATIENCE + 2 * PAUSE
    assert len(sent) <= PATIENCE / PAUSE + 7


def test_an_answer_that_does_not_come_is_no_word_of_starting():
    send, sent, _ = talking(0, 503)
    assert [send(ASKED).status, send(ASKED).status] == [None, 503]
    assert len(sent) == 2


def test_lists_of_models_say_nothing_about_it():
    send, sent, _ = talking(503, 200, 503, 200)
    listed = Request("GET", "/models")
    assert [send(listed).status, send(listed).status, send(ASKED).status] == [503, 200, 200]
    assert len(sent) == 4


def test_a_crowd_is_left_as_it_is():
    send, sent, passed = talking(503, 503)
    together(send, [ASKED, ASKED])
    assert (len(sent), passed[0]) == (2, 0.0)
