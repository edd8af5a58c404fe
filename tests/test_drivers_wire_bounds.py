"""What bounds the client that spells HTTP on a socket: what it hears of odd, slow, large and absent servers."""

import gzip
import queue
import socket
import time
import zlib

import pytest
from loopback import CHUNKED, chunk, fixed, message, serving, streamed
from speaking import OK, QUICK, SPELLED, ask, asked, request

from conformance.drivers.limits import Limits
from conformance.drivers.sockets import connected
from conformance.messages import MANNERS, Request, Setup
from conformance.model import Target
from conformance.reference.app import MODEL
from conformance.reference.serve import serving as serving_reference


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
