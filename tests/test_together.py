"""Requests that are under way at once: all of them, through every layer of a run, over real sockets."""

import threading
from pathlib import Path

import pytest
from loopback import message, serving

from conformance import calls
from conformance.messages import Exchange, Request
from conformance.opening import opened
from conformance.options import Options
from conformance.plan import prepare
from conformance.together import MOST, together

HELLO = [Request("GET", f"/models/{number}") for number in range(MOST)]


def all_at_once(count, answer):
    """A server that answers nobody until so many requests are under way at the same time."""
    ready = threading.Barrier(count)

    def wait(connection, request):
        if b"POST" in request:
            ready.wait(20)
        connection.sendall(message(answer))
        return True

    return wait


def test_sixty_four_requests_of_a_whole_run_are_under_way_at_once(tmp_path: Path):
    with serving(all_at_once(MOST, b'{"object": "list", "data": [{"id": "m"}]}')) as served:
        plan = prepare(Options(base_url=served.url, model="m", timeout=30, jobs=1))
        with opened(plan, tmp_path) as run:
            found = together(run.send, [calls.chat(run.target, take=number) for number in range(MOST)])
    assert [one.failure for one in found] == [None] * MOST


def test_exchanges_come_in_the_order_of_their_requests():
    assert [one.request for one in together(Exchange, HELLO)] == HELLO
    assert together(Exchange, []) == []


def test_what_sending_raises_is_raised():
    def send(request):
        if request is HELLO[3]:
            raise KeyError(request.path)
        return Exchange(request)

    with pytest.raises(KeyError):
        together(send, HELLO)


def test_more_are_refused():
    with pytest.raises(ValueError, match="65 requests at once"):
        together(Exchange, [*HELLO, HELLO[0]])
