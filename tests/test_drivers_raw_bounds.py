"""The plain HTTP driver against servers that are late, endless, packed, broken or gone."""

import gzip
import json
import os
import socket
import threading
import time

import pytest
from asking import GET, ask, speaking
from loopback import CHUNKED, chunk, fixed, message, serving, streamed

from conformance.drivers.limits import Limits
from conformance.messages import Request


@pytest.mark.parametrize(
    "answer",
    [
        lambda *_: time.sleep(0.7),
        lambda connection, _: trickle(connection, b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 100),
        lambda connection, _: trickle(connection, message(b" " * 100), 40),
        lambda connection, _: trickle(connection, b"HTTP/1.1 200 OK\r\n\r\n" + b"x" * 100, 19),
        lambda connection, _: trickle(connection, CHUNKED + chunk(b": hm\n\n") * 100, len(CHUNKED)),
    ],
    ids=["silence", "headers", "body", "body without length", "comments"],
)
@pytest.mark.parametrize("warm", [False, True])
def test_the_deadline_is_over_the_whole_exchange(answer, warm):
    """Also on a connection that was used before, whose socket is known from then."""

    def answers(connection: socket.socket, request: bytes) -> object:
        return connection.sendall(message(b"{}")) is None if b"first" in request else answer(connection, request)

    with serving(answers) as served, speaking(served.url) as send:
        if warm:
            assert send(Request("GET", "/first")).failure is None
        began = time.monotonic()
        exchange = send(GET)
        assert exchange.failure is not None
        assert exchange.failure.kind == "timeout"
        assert "no complete answer within 0.4 s" in exchange.failure.message
        assert time.monotonic() - began < 0.65
        assert send(Request("GET", "/first")).body == b"{}"


def trickle(connection: socket.socket, data: bytes, at_once: int = 0) -> None:
    connection.sendall(data[:at_once])
    for byte in data[at_once : at_once + 35]:
        connection.sendall(bytes((byte,)))
        time.sleep(0.02)


def test_what_came_before_the_deadline_is_kept_with_its_times():
    def slow(connection: socket.socket, _: bytes) -> None:
        connection.sendall(CHUNKED + chunk(b"data: 1\n\n"))
        time.sleep(0.15)
        connection.sendall(chunk(b"data: 2\n\n"))
        time.sleep(1)

    exchange = ask(slow)
    assert exchange.status == 200
    assert exchange.body == b"data: 1\n\ndata: 2\n\n"
    assert exchange.pieces[0].at < 0.1 < exchange.pieces[1].at < 0.35
    assert exchange.failure is not None


def test_an_endless_stream_ends_at_the_cap():
    def endless(connection: socket.socket, _: bytes) -> None:
        connection.sendall(CHUNKED)
        while True:
            connection.sendall(chunk(b"x" * 1000))

    exchange = ask(endless, limits=Limits(timeout=5, most_bytes=12345))
    assert exchange.failure is not None
    assert (exchange.failure.kind, len(exchange.body)) == ("limit", 12345)
    exchange = ask(endless, limits=Limits(timeout=5, most_pieces=10))
    assert exchange.failure is not None
    assert (exchange.failure.kind, len(exchange.pieces)) == ("limit", 10)


def test_compression_in_spite_of_us_is_undone_and_bounded():
    packed = gzip.compress(b'{"a": 1}')
    assert ask(fixed(packed, headers="Content-Encoding: gzip")).body == b'{"a": 1}'
    bomb = ask(fixed(gzip.compress(b" " * 10**7), headers="Content-Encoding: gzip"), limits=Limits(timeout=5, most_bytes=20_000))
    assert bomb.failure is not None
    assert (bomb.failure.kind, len(bomb.body)) == ("limit", 20_000)
    large = ask(fixed(gzip.compress(b" " * 10**7), headers="Content-Encoding: gzip"), limits=Limits(timeout=5, most_bytes=1000))
    assert large.failure is not None
    assert (large.failure.kind, large.body) == ("limit", b"")
    nested = "Content-Encoding: gzip, gzip\r\nContent-Encoding: identity"
    assert ask(fixed(gzip.compress(packed), headers=nested)).body == b'{"a": 1}'
    deeper = fixed(gzip.compress(gzip.compress(b" " * 10**8)), headers=nested)
    exchange = ask(deeper, limits=Limits(timeout=5, most_bytes=1000))
    assert exchange.failure is not None
    assert (exchange.failure.kind, len(exchange.body)) == ("limit", 1000)
    hollow = bytes.fromhex("1f8b0800000000000203") + b"\0\0\0\xff\xff" * 1000  # blocks of nothing, without an end
    limited = ask(fixed(hollow, headers="Content-Encoding: gzip"), limits=Limits(timeout=5, most_bytes=1000))
    assert (limited.failure.kind, limited.body) == ("limit", b"")
    assert "before it is unpacked" in limited.failure.message
    broken = ask(fixed(b"not gzip", headers="Content-Encoding: gzip"))
    assert broken.failure is not None
    assert broken.failure.kind == "protocol"


def reset(connection: socket.socket, _: bytes) -> None:
    connection.sendall(message(b" " * 100)[:-50])
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\x01\0\0\0\0\0\0\0")


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        (lambda *_: None, "reset"),
        (lambda connection, _: connection.sendall(b"HTTP/1.1 200 OK\r\nConte"), "reset"),
        (lambda connection, _: connection.sendall(message(b" " * 100)[:-50]), "reset"),
        (lambda connection, _: connection.sendall(CHUNKED + chunk(b"data: 1\n\n")), "reset"),
        (reset, "reset"),
        (lambda connection, _: connection.sendall(b"220 smtp ready\r\n\r\n"), "protocol"),
        (lambda connection, _: connection.sendall(b"\x00\xff\n\n" * 100), "protocol"),
        (lambda connection, _: connection.sendall(CHUNKED + b"zz\r\n"), "protocol"),
        (lambda connection, _: connection.sendall(b"HTTP/1.1 200 OK\r\nX: " + b"y" * 200_000), "protocol"),
        (
            lambda connection, _: connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n{}"),
            "protocol",
        ),
    ],
)
def test_broken_answers_are_failures(answer, kind):
    failure = ask(answer).failure
    assert failure is not None
    assert failure.kind == kind


def test_nobody_there_is_a_failure_to_connect():
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    with speaking(f"http://127.0.0.1:{port}/v1") as send:
        failure = send(GET).failure
    assert failure is not None
    assert failure.kind == "connect"


@pytest.mark.parametrize("status", ["100 Continue", "204 No Content", "999 Odd", "404 Not Found", "503 x"])
def test_odd_statuses_are_bounded(status):
    exchange = ask(fixed(b"{}", status))
    assert exchange.status == int(status[:3]) or exchange.failure is not None


def test_a_server_that_closes_after_its_answer_without_length():
    assert ask(lambda connection, _: connection.sendall(b"HTTP/1.0 200 OK\r\n\r\n{}")).body == b"{}"


def test_streams_keep_the_pieces_apart():
    exchange = ask(streamed(b"data: 1\n\n", b"data: [DONE]\n\n"))
    assert [piece.data for piece in exchange.pieces] == [b"data: 1\n\n", b"data: [DONE]\n\n"]


def test_no_thread_and_no_socket_is_left_behind():
    before = threading.active_count()
    files = len(os.listdir("/proc/self/fd"))
    for _ in range(3):
        ask(fixed(json.dumps({}).encode()))
    time.sleep(0.1)
    assert threading.active_count() <= before + 1
    assert len(os.listdir("/proc/self/fd")) <= files + 1
