"""A request that was refused while others were under way is asked again alone; what is sent together on purpose is not."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from conformance.messages import Exchange, Failure, Request
from conformance.together import together
from conformance.turns import giving_way

REQUESTS = [Request("POST", "/chat/completions", {"max_tokens": 1}, take=take) for take in range(8)]


class Single:
    """A server with room for one request, which takes it until it has refused `patience` others, or nobody else comes."""

    def __init__(self, status=503, patience=1):
        self.status, self.patience = status, patience
        self.room, self.refused, self.asked = threading.Lock(), threading.Semaphore(0), []

    def __call__(self, request):
        self.asked.append(request)
        if not self.room.acquire(blocking=False):
            self.refused.release()
            return Exchange(request, self.status)
        try:
            for _ in range(self.patience):
                self.refused.acquire(timeout=0.2)
            return Exchange(request, 200)
        finally:
            self.room.release()


def at_once(send):
    with ThreadPoolExecutor(len(REQUESTS)) as pool:
        return [one.status for one in pool.map(send, REQUESTS)]


@pytest.mark.parametrize("status", [429, 503])
def test_a_server_with_room_for_one_answers_every_case(status):
    server = Single(status)
    assert at_once(giving_way(server)) == [200] * len(REQUESTS)
    assert len(server.asked) > len(REQUESTS)


def test_without_it_the_same_server_refuses():
    assert 503 in at_once(Single())


def test_what_a_check_sends_together_is_left_alone():
    server = Single(patience=len(REQUESTS) - 1)
    found = [one.status for one in together(giving_way(server), REQUESTS)]
    assert (sorted(found), len(server.asked)) == ([200, *[503] * 7], 8)


@pytest.mark.parametrize("answer", [Exchange(REQUESTS[0], 429), Exchange(REQUESTS[0], 503)])
def test_who_met_nobody_is_asked_once(answer):
    asked = []

    def limited(request):
        asked.append(request)
        return answer

    send = giving_way(limited)
    assert [send(one).status for one in REQUESTS] == [answer.status] * 8
    assert len(asked) == 8


@pytest.mark.parametrize("answer", [Exchange(REQUESTS[0], 500), Exchange(REQUESTS[0], failure=Failure("reset", "no"))])
def test_other_failures_are_not_tried_again(answer):
    asked, all_there = [], threading.Barrier(len(REQUESTS))

    def failing(request):
        asked.append(request)
        all_there.wait(10)
        return answer

    assert set(at_once(giving_way(failing))) == {answer.status}
    assert len(asked) == len(REQUESTS)


def test_a_limit_that_stays_is_told_after_one_more_try():
    asked, all_there = [], threading.Barrier(len(REQUESTS))

    def limited(request):
        asked.append(request)
        if len(asked) <= len(REQUESTS):
            all_there.wait(10)
        return Exchange(request, 429)

    assert at_once(giving_way(limited)) == [429] * 8
    assert len(asked) == 16


def test_what_raises_leaves_the_road():
    def broken(request):
        raise RuntimeError(request.path)

    send = giving_way(broken)
    for _ in range(2):
        with pytest.raises(RuntimeError):
            send(REQUESTS[0])
