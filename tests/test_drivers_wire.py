"""The client that spells HTTP on a socket: what it sends in each manner, and what it makes of what comes back."""

import gzip
import queue
import socket
import threading
import time
import zlib

import pytest
from loopback import CHUNKED, chunk, fixed, message, serving, streamed

from conformance.drivers.limits import Limits
from conformance.drivers.sockets import connected
from conformance.messages import MANNERS, Exchange, Request, Setup
from conformance.model import Target
from conformance.reference.app import MODEL
from conformance.reference.serve import serving as serving_reference

BODY = {"a": "é", "b": [1, 2]}
SPELLED = '{"a":"é","b":[1,2]}'.encode()
OK = b'{"ok": true}'
QUICK = Limits(timeout=3)


def request(manner="", method="POST", **more):
    return Request(method, "/chat/completions", BODY if method == "POST" else None, setup=Setup("wire", manner=manner), **more)


def ask(answer, manner="", limits=QUICK, key=None, headers=(), secure=False, **more) -> Exchange:
    exchange, _ = asked(answer, manner, limits, key, headers, secure, **more)
    return exchange


def asked(answer, manner="", limits=QUICK, key=None, headers=(), secure=False, **more):
    with (
        serving(answer, secure) as served,
        connected(Target(served.url), key, limits, headers, insecure=True) as send,
    ):
        return send(request(manner, **more)), served


def unread(data: bytes):
    """A server that reads whatever comes within a tenth of a second and gives this back."""
    seen = []

    def answer(connection: socket.socket, first: bytes) -> None:
        got = first
        connection.settimeout(0.1)
        try:
            while more := connection.recv(65536):
                got += more
        except TimeoutError:
            pass
        seen.append(got)
        connection.sendall(data)

    return answer, seen


def test_an_ordinary_request_is_as_the_plain_client_sends_it():
    exchange, served = asked(fixed(OK, headers="X-One: a\r\nx-one: b"), key="k3y", headers=(("X-Own", "1"),))
    assert (exchange.status, exchange.body, exchange.failure) == (200, OK, None)
    assert exchange.headers[:2] == (("X-One", "a"), ("x-one", "b"))
    assert exchange.source == {"version": "1.1"}
    assert served.line() == "POST /v1/chat/completions HTTP/1.1"
    assert served.body() == SPELLED
    assert served.header("authorization") == ["Bearer k3y"]
    assert served.header("x-own") == ["1"]
    assert served.header("content-type") == ["application/json"]
    assert served.header("host") == [served.url.split("/")[2]]


def test_a_chunked_body_comes_in_small_chunks_without_a_length():
    answer, seen = unread(message(OK))
    assert ask(answer, "chunked").body == OK
    head, _, body = seen[0].partition(b"\r\n\r\n")
    assert b"content-length" not in head.lower()
    assert b"Transfer-Encoding: chunked" in head
    lines = body.split(b"\r\n")
    assert b"".join(lines[1::2]) == SPELLED
    assert lines[-3] == b"0"


def test_an_expectation_waits_for_leave():
    heads = []

    def answer(connection: socket.socket, _: bytes) -> None:
        connection.sendall(b"HTTP/1.1 100 Continue\r\n\r\n" + message(OK))

    def inviting(connection: socket.socket, head: bytes) -> None:
        heads.append(head)
        answer(connection, head)

    exchange = ask(_headed(inviting), "expect")
    assert (exchange.status, exchange.body, exchange.source["interim"]) == (200, OK, [100])
    assert heads[0].endswith(b"\r\n\r\n")
    assert b"Expect: 100-continue" in heads[0]


def _headed(answer):
    """`loopback` reads bodies by their length before it asks; a body that is not there yet must not be waited for."""

    def handle(connection: socket.socket, whole: bytes) -> None:
        answer(connection, whole.partition(b"\r\n\r\n")[0] + b"\r\n\r\n")

    return handle


def test_a_server_that_says_nothing_gets_the_body_after_a_second():
    began = time.monotonic()
    exchange, served = asked(fixed(OK), "expect")  # it answers when all is there
    assert (exchange.status, served.body()) == (200, SPELLED)
    assert 0.9 < time.monotonic() - began < 2


def test_a_refused_expectation_is_an_answer():
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def refuse():
            connection, _ = listener.accept()
            with connection:
                connection.recv(65536)
                connection.sendall(message(b"", "417 Expectation Failed"))

        threading.Thread(target=refuse, daemon=True).start()
        with connected(Target(f"http://127.0.0.1:{listener.getsockname()[1]}/v1"), None, QUICK) as send:
            exchange = send(request("expect"))
    assert (exchange.status, exchange.failure) == (417, None)


def test_an_older_version_is_told_in_the_first_line():
    exchange, served = asked(fixed(OK), "http/1.0")
    assert served.line() == "POST /v1/chat/completions HTTP/1.0"
    assert exchange.source["closed"] is False


@pytest.mark.parametrize(("stays", "closed"), [(True, False), (False, True)])
def test_whether_the_connection_is_closed_is_noted(stays, closed):
    def answer(connection: socket.socket, _: bytes) -> bool:
        connection.sendall(message(OK))
        return stays

    exchange, served = asked(answer, "close")
    assert served.header("connection") == ["close"]
    assert (exchange.body, exchange.source["closed"]) == (OK, closed)


@pytest.mark.parametrize(("manner", "change"), [("lower-case", str.lower), ("upper-case", str.upper)])
def test_names_of_headers_are_spelled_as_told(manner, change):
    _, served = asked(fixed(OK), manner, key="k3y", headers=(("X-Own", "V"),))
    lines = served.requests[0].partition(b"\r\n\r\n")[0].decode().split("\r\n")[1:]
    names = [line.partition(":")[0] for line in lines]
    assert names == [change(name) for name in names]
    assert f"{change('Authorization')}: Bearer k3y" in lines


def test_a_connection_is_used_twice():
    answers = iter([b"1", b"2"])
    exchange, served = asked(lambda connection, _: connection.sendall(message(next(answers))) is None, "reuse")
    assert (exchange.body, exchange.source["reused"]) == (b"2", True)
    assert (served.connections, len(served.requests)) == (1, 2)


@pytest.mark.parametrize("told", ["Connection: close", "X: y"])
def test_a_connection_that_is_gone_is_replaced(told):
    def answer(connection: socket.socket, _: bytes) -> bool:
        connection.sendall(message(OK, headers=told))
        return False

    exchange, served = asked(answer, "reuse")
    assert (exchange.status, exchange.body, exchange.failure, exchange.source["reused"]) == (200, OK, None, False)
    assert served.connections == 2


def test_two_requests_written_at_once_give_the_second_answer():
    answer, seen = unread(message(b"1") + message(b"2"))
    exchange = ask(answer, "pipelined")
    assert exchange.body == b"2"
    assert seen[0].count(b"POST /v1") == 2


def test_no_second_answer_is_noted_as_what_it_is():
    exchange = ask(fixed(OK, headers="Connection: close"), "pipelined")
    assert (exchange.status, exchange.failure.kind) == (None, "reset")


def test_the_first_of_two_answers_is_bounded_too():
    exchange = ask(fixed(b"x" * 100_000), "pipelined", limits=Limits(timeout=3, most_bytes=1000))
    assert (exchange.status, exchange.failure.kind) == (None, "limit")


def test_the_writing_end_is_closed():
    ends = []

    def answer(connection: socket.socket, _: bytes) -> None:
        connection.settimeout(1)
        ends.append(connection.recv(1))
        connection.sendall(message(OK))

    assert ask(answer, "half-closed").body == OK
    assert ends == [b""]


def test_half_a_body_is_held_back():
    times = []

    def answer(connection: socket.socket, _: bytes) -> None:
        times.append(time.monotonic())
        connection.sendall(message(OK))

    began = time.monotonic()
    exchange, served = asked(answer, "stalled")
    assert (exchange.body, served.body()) == (OK, SPELLED)
    assert times[0] - began > 0.9


def test_an_aborted_answer_holds_what_was_heard():
    broken = []

    def answer(connection: socket.socket, _: bytes) -> None:
        connection.sendall(CHUNKED + chunk(b"data: 1\n\n"))
        try:
            for _ in range(100):
                time.sleep(0.01)
                connection.sendall(chunk(b"data: 2\n\n"))
        except OSError as error:
            broken.append(error)
            raise

    with serving(answer) as served, connected(Target(served.url), None, QUICK) as send:
        exchange = send(request("abort"))
        deadline = time.monotonic() + 2
        while not broken and time.monotonic() < deadline:
            time.sleep(0.01)
    assert (exchange.status, exchange.body.startswith(b"data: 1"), exchange.failure.kind) == (200, True, "limit")
    assert not exchange.timed
    assert broken


def test_a_slow_reader_gets_everything_in_the_end():
    events = [b"data: %d\n\n" % number for number in range(300)]
    exchange = ask(streamed(*events), "slow", Limits(timeout=8))
    assert exchange.body == b"".join(events)
    assert exchange.seconds > 0.3


def test_compressed_answers_are_read_as_they_come():
    packer = zlib.compressobj(wbits=31)
    events = [packer.compress(b"data: %d\n\n" % number) + packer.flush(zlib.Z_SYNC_FLUSH) for number in range(3)]
    head = CHUNKED.replace(b"\r\n\r\n", b"\r\nContent-Encoding: gzip\r\n\r\n")

    def answer(connection: socket.socket, _: bytes) -> None:
        connection.sendall(head)
        for event in [*events, packer.flush()]:
            connection.sendall(chunk(event))
            time.sleep(0.03)
        connection.sendall(chunk(b""))

    exchange, served = asked(answer, "compressed")
    assert served.header("accept-encoding") == ["gzip"]
    assert [piece.data for piece in exchange.pieces] == [b"data: 0\n\n", b"data: 1\n\n", b"data: 2\n\n"]


def test_a_bomb_is_bounded():
    bomb = gzip.compress(b"0" * 40_000_000)
    exchange = ask(fixed(bomb, headers="Content-Encoding: gzip"), "compressed", Limits(timeout=5, most_bytes=100_000))
    assert (exchange.failure.kind, len(exchange.body)) == ("limit", 100_000)


def test_the_deadline_holds_over_all_of_it():
    def trickle(connection: socket.socket, _: bytes) -> None:
        connection.sendall(CHUNKED)
        for _ in range(40):
            connection.sendall(chunk(b": hm\n\n"))
            time.sleep(0.02)

    exchange = ask(trickle, limits=Limits(timeout=0.3))
    assert (exchange.status, exchange.failure.kind) == (200, "timeout")
    assert exchange.seconds < 0.6


def test_nobody_there_is_no_connection():
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    with connected(Target(f"http://127.0.0.1:{port}/v1"), None, QUICK) as send:
        assert send(request()).failure.kind == "connect"


def test_tls_is_spoken():
    exchange = ask(fixed(OK), "half-closed", secure=True)
    assert (exchange.status, exchange.body) == (200, OK)


def test_a_certificate_nobody_trusts_is_no_connection():
    with serving(fixed(OK), secure=True) as served, connected(Target(served.url), "k3y", QUICK) as send:
        exchange = send(request())
    assert exchange.failure.kind == "connect"
    assert served.requests == []


def test_a_head_is_read_without_a_body():
    exchange = ask(fixed(b"12345"), method="HEAD")
    assert (exchange.status, exchange.body, exchange.failure) == (200, b"", None)


def test_no_header_smuggles_another():
    with pytest.raises(ValueError, match="line end"):
        ask(fixed(OK), headers=(("X", "a\r\nY: b"),))


def test_an_unknown_manner_is_the_callers_mistake():
    with pytest.raises(ValueError, match="no manner"):
        ask(fixed(OK), "shouted")


@pytest.fixture(scope="module")
def reference():
    with serving_reference() as url, connected(Target(url, MODEL), "sk-any", Limits(timeout=15)) as send:
        yield send


@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize("manner", ["", *(manner for manner in MANNERS if manner != "gone")])
def test_the_reference_server_answers_in_every_manner(reference, manner, stream):
    fields = {"model": MODEL, "messages": [{"role": "user", "content": "Hello!"}], "temperature": 0, "stream": stream}
    exchange = reference(Request("POST", "/chat/completions", fields, setup=Setup("wire", manner=manner)))
    assert exchange.status == 200
    assert exchange.body
    assert (exchange.failure is not None) == (manner == "abort")
    assert exchange.source.get("closed", True)
    assert exchange.source.get("reused", True)


def test_a_client_that_is_gone_hears_nothing():
    read = queue.SimpleQueue()

    def answer(connection: socket.socket, _: bytes) -> None:
        read.put(connection.recv(1))

    with serving(answer) as served, connected(Target(served.url), None, QUICK) as send:
        exchange = send(request("gone"))
        assert read.get(timeout=2) == b""
    assert (exchange.status, exchange.body, exchange.failure.kind, exchange.timed) == (None, b"", "limit", False)
