"""Functions from Send to Send: equal requests are asked once, budgets hold, a lost server is given up, and recovered."""

import threading
import time
from contextlib import contextmanager
from dataclasses import replace

import pytest

from conformance.budgets import Budget, budgeting, token_ceiling, tokens_of, weight_of
from conformance.exchanges import minding, remembering, replaying, routing
from conformance.messages import Exchange, Failure, Piece, Reading, Request, Setup

HELLO = Request("POST", "/chat/completions", {"max_tokens": 10, "n": 2})


def answer(request, body=b'{"usage":{"total_tokens":7}}', status=200):
    return Exchange(request, status, (), (Piece(0.0, body),))


class Server:
    """Counts what it is asked."""

    def __init__(self, reply=answer):
        self.asked = []
        self.reply = reply

    def __call__(self, request):
        self.asked.append(request)
        return self.reply(request)


def test_requests_go_to_the_driver_of_their_client():
    send = routing({"raw": answer, "sdk": lambda request: answer(request, b"sdk")})
    assert send(Request("GET", "/models", setup=Setup(client="sdk"))).body == b"sdk"
    assert send(Request("GET", "/models", setup=Setup(client="go"))).failure.kind == "lost"


def test_equal_requests_are_asked_once_even_at_the_same_moment():
    def slow(request):
        time.sleep(0.05)
        return answer(request)

    server, kept = Server(slow), []
    send = remembering(server, lambda request: None, kept.append)
    threads = [threading.Thread(target=send, args=(HELLO,)) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(server.asked) == len(kept) == 1
    send(Request("POST", "/chat/completions", HELLO.json, take=1))
    assert len(server.asked) == 2


def test_what_is_known_is_not_asked():
    server = Server()
    send = remembering(server, lambda request: answer(request, b"old"), lambda exchange: pytest.fail("kept again"))
    assert send(HELLO).body == b"old"
    assert server.asked == []


def test_a_key_is_locked_among_processes_while_it_is_asked():
    held = []

    @contextmanager
    def lock(key):
        held.append(key)
        yield

    remembering(Server(), lambda request: None, lambda exchange: None, lock)(HELLO)
    assert held == [HELLO.key]


def test_an_error_while_asking_reaches_everyone_who_waits():
    def broken(request):
        raise RuntimeError("bug")

    send = remembering(broken, lambda request: None, lambda exchange: None)
    for _ in range(2):
        with pytest.raises(RuntimeError):
            send(HELLO)


def test_a_replay_answers_what_it_holds():
    send = replaying({HELLO.key: answer(HELLO)})
    assert send(HELLO).status == 200
    assert send(Request("GET", "/models")).failure.kind == "lost"


def test_the_budget_of_requests_is_never_exceeded():
    server = Server()
    send = budgeting(server, Budget(requests=2))
    kinds = [send(Request("GET", f"/{n}")).failure for n in range(4)]
    assert len(server.asked) == 2
    assert [bool(kind) for kind in kinds] == [False, False, True, True]
    assert kinds[2].kind == "budget"
    assert "2 requests" in kinds[2].message


def test_the_budget_of_tokens_counts_what_answers_took_and_what_the_next_could_take():
    server = Server()
    send = budgeting(server, Budget(tokens=35))
    sent = [send(Request("POST", "/chat/completions", HELLO.json, take=n)).failure is None for n in range(4)]
    assert sent == [True, True, True, False]  # 7 + 7 + 7 taken, 20 more could be


def test_tokens_are_counted_by_limit_and_by_usage():
    assert token_ceiling(HELLO) == 20
    assert token_ceiling(Request("POST", "/x", {"max_completion_tokens": 3})) == 3
    assert token_ceiling(Request("POST", "/x", {"max_tokens": "many"})) == 0
    assert tokens_of(answer(HELLO)) == 7
    assert tokens_of(answer(HELLO, b"data: x")) == 20
    assert tokens_of(answer(HELLO, b"{}", 400)) == 0


def test_a_server_that_is_gone_is_given_up_and_found_again():
    dead = [True]

    def reply(request):
        return Exchange(request, failure=Failure("connect", "refused")) if dead[0] else answer(request)

    server = Server(reply)
    send = minding(server, lambda _: not dead[0], patience=3, pause=0.05, grace=0.0)
    kinds = [send(Request("GET", f"/{n}")).failure.kind for n in range(5)]
    assert kinds == ["connect", "connect", "connect", "lost", "lost"]
    dead[0] = False
    assert send(Request("GET", "/soon")).failure.kind == "lost"
    time.sleep(0.06)
    assert send(Request("GET", "/later")).status == 200


def test_requests_that_hang_do_not_lose_a_server_that_is_alive():
    send = minding(
        Server(lambda request: Exchange(request, failure=Failure("timeout", "slow"))), lambda _: True, patience=2, pause=0.0
    )
    assert [send(Request("GET", f"/{n}")).failure.kind for n in range(6)] == ["timeout"] * 6


def test_a_server_that_answers_its_probe_alone_is_given_up_but_for_one_request_at_a_time():
    well = [False]

    def reply(request):
        return answer(request) if well[0] else Exchange(request, failure=Failure("timeout", "slow"))

    send = minding(Server(reply), lambda _: True, patience=2, pause=0.05)
    kinds = [send(Request("GET", f"/{n}")).failure.kind for n in range(14)]
    assert kinds == ["timeout"] * 9 + ["lost"] * 5
    time.sleep(0.06)
    assert [send(Request("GET", f"/later/{n}")).failure.kind for n in range(2)] == ["timeout", "lost"]
    well[0] = True
    time.sleep(0.06)
    assert [send(Request("GET", f"/well/{n}")).status for n in range(3)] == [200, 200, 200]


def test_a_server_that_is_started_anew_is_waited_for():
    began = time.monotonic()
    server = Server(
        lambda request: Exchange(request, failure=Failure("reset", "gone")) if request.path != "/3" else answer(request)
    )
    send = minding(server, lambda _: time.monotonic() - began > 0.2, patience=3, pause=9, grace=2.0)
    assert [send(Request("GET", f"/{n}")).failure is None for n in range(4)] == [False, False, False, True]


def test_a_server_may_be_lost_to_one_kind_of_request_alone():
    def reply(request):
        return Exchange(request, failure=Failure("timeout", "slow")) if request.json else answer(request)

    send = minding(Server(reply), lambda wanted: wanted is None or wanted.json is None, patience=3, pause=9, grace=0.0)
    asked = [HELLO, Request("GET", "/models")] * 5
    kinds = [one.failure and one.failure.kind for one in map(send, asked)]
    assert kinds == ["timeout", None] * 3 + ["lost", None] * 2
    streamed = send(Request("POST", "/chat/completions", {"stream": True}))
    assert streamed.failure.kind == "timeout"
    assert "POST /chat/completions" in send(HELLO).failure.message


def test_a_stream_that_said_done_was_answered():
    late = Failure("timeout", "slow")
    send = minding(
        Server(lambda request: Exchange(request, 200, (), (Piece(0.0, b"data: [DONE]\n\n"),), late)), lambda _: False, 2, 9, 0.0
    )
    assert [send(Request("GET", f"/{n}")).failure.kind for n in range(5)] == ["timeout"] * 5


def test_the_budgets_of_bytes_and_of_seconds_end_what_does_not_fit():
    heavy = Server(lambda request: answer(request, b"x" * 1000))
    send = budgeting(heavy, Budget(bytes=2000))
    told = [send(Request("GET", f"/{n}")).failure for n in range(4)]
    assert [one is None for one in told] == [True, True, False, False]
    assert "--max-bytes-total" in told[2].message
    send = budgeting(Server(), Budget(seconds=0.05))
    assert send(HELLO).failure is None
    time.sleep(0.06)
    assert "--max-seconds" in send(HELLO).failure.message


def test_what_clients_made_of_an_answer_counts_for_what_it_takes():
    one = answer(HELLO, b"[" * 100)
    assert weight_of(replace(one, readings=(Reading("sdk"),))) > weight_of(one) + 100 * 50
    assert weight_of(replace(one, pieces=(Piece(0.0, b"["),) * 100)) > weight_of(one)


def test_the_key_stands_for_the_request_and_how_it_is_sent():
    keys = {
        HELLO.key,
        Request("POST", "/chat/completions", HELLO.json, take=1).key,
        Request("POST", "/chat/completions", HELLO.json, setup=Setup(slash=True)).key,
        Request("POST", "/chat/completions", HELLO.json, setup=Setup(authorization="none")).key,
        Request("POST", "/chat/completions", body=b"x").key,
        Request("POST", "/chat/completions", HELLO.json, headers=(("A", "b"),)).key,
    }
    assert len(keys) == 6
    assert Request("POST", "/chat/completions", {"n": 2, "max_tokens": 10}).key == HELLO.key
    assert all(len(key) == 16 for key in keys)
