"""A request that was refused while others were under way is asked again alone; what is sent together on purpose is not."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from conformance.messages import Exchange, Failure, Request
from conformance.together import together
from conformance.turns import PATIENCE, giving_way

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


LATE = Failure("timeout", "60 s")


class Slow:
    """A server that answers the first of two requests while the other waits in vain; asked again, `then` is its answer."""

    def __init__(self, then=None, overtaken=True):
        self.then, self.overtaken, self.asked = then, overtaken, []
        self.both, self.first_is_back = threading.Barrier(2), threading.Event()

    def __call__(self, request):
        again = request in self.asked
        self.asked.append(request)
        if not again:
            self.both.wait(10)
        if request.json["max_tokens"] == 1 and self.overtaken:
            return Exchange(request, 200)
        if not again:
            assert not self.overtaken or self.first_is_back.wait(10)
            return Exchange(request, failure=LATE)
        return Exchange(request, 200) if self.then is None else Exchange(request, failure=self.then)

    def met_by_two(self, send, take=0):
        """The answers to two requests at once, of which the second comes back behind the first."""
        self.first_is_back.clear()
        pair = [Request("POST", "/chat/completions", {"max_tokens": limit}, take=take) for limit in (1, 48)]
        with ThreadPoolExecutor(2) as pool:
            first, second = (pool.submit(send, request) for request in pair)
            if self.overtaken:
                first.result(10)
            self.first_is_back.set()
            return [first.result(10), second.result(10)]


def test_who_waited_in_vain_while_others_were_answered_is_asked_again_alone():
    server = Slow()
    assert [one.status for one in server.met_by_two(giving_way(server))] == [200, 200]
    assert len(server.asked) == 3


def test_a_server_found_to_be_slow_is_asked_one_by_one():
    server, inside, most = Slow(), [], []
    send = giving_way(lambda request: counted(request) if request in REQUESTS else server(request))

    def counted(request):
        inside.append(request)
        most.append(len(inside))
        threading.Event().wait(0.02)
        inside.remove(request)
        return Exchange(request, 200)

    server.met_by_two(send, take=99)
    assert at_once(send) == [200] * len(REQUESTS)
    assert set(most) == {1}


def test_where_nobody_is_answered_nobody_is_asked_again():
    server = Slow(overtaken=False)
    assert [one.failure for one in server.met_by_two(giving_way(server))] == [LATE, LATE]
    assert len(server.asked) == 2


def test_a_server_that_does_not_answer_alone_either_is_tried_a_few_times_only():
    server = Slow(then=LATE)
    send = giving_way(server)
    for take in range(4):
        assert [one.failure for one in server.met_by_two(send, take)] == [None, LATE]
    assert len(server.asked) == 4 * 2 + PATIENCE
