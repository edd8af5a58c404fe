"""Checks of load and of odd clients against servers that misbehave on the socket itself, where no application of a server can."""

import socket
import struct
from collections.abc import Callable
from dataclasses import replace

import pytest
from against import TARGET, server
from loopback import message, serving

from conformance import calls
from conformance.drivers.limits import Limits
from conformance.drivers.sockets import connected
from conformance.judge import run_check
from conformance.model import Case, Outcome
from conformance.registry import all_checks

PLAIN = message(server()(calls.chat(TARGET)).body)
STREAM = server()(calls.stream(TARGET, calls.STORY)).body
PADDED = b": " + b"." * (4 * 2**20) + b"\n\n" + STREAM
"""A stream that no socket holds all at once."""

EVENTS = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nConnection: close\r\n\r\n"


def outcome(check: str, answer: Callable[[socket.socket, bytes], object], seconds: float = 3.0) -> Outcome:
    with serving(answer) as served, connected(replace(TARGET, base_url=served.url), None, Limits(timeout=seconds)) as send:
        return run_check(Case(all_checks()[check], "wire"), TARGET, send).outcome


def padded(patience: float) -> Callable[[socket.socket, bytes], object]:
    """A server that leaves a client which does not take its stream in time."""

    def answer(connection: socket.socket, _: bytes) -> bool:
        connection.settimeout(patience)
        try:
            connection.sendall(EVENTS + PADDED)
        except TimeoutError:
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        return False

    return answer


@pytest.mark.parametrize(("patience", "expected"), [(0.5, Outcome.FAILS), (20.0, Outcome.WORKS)])
def test_a_stream_cut_off_before_a_slow_reader_is_noticed(patience, expected):
    assert outcome("load.slow-reader.whole", padded(patience), 20) is expected


def twice(connection: socket.socket, request: bytes) -> bool:
    """Answers whatever came at once."""
    connection.sendall(PLAIN * request.count(b"POST "))
    return True


def once(connection: socket.socket, _: bytes) -> bool:
    """Answers the first request and forgets what came with it."""
    connection.sendall(PLAIN)
    return True


def closing(connection: socket.socket, _: bytes) -> bool:
    """Answers the first request and closes the connection."""
    connection.sendall(PLAIN)
    return False


@pytest.mark.parametrize(("answer", "expected"), [(twice, Outcome.WORKS), (closing, Outcome.WORKS), (once, Outcome.FAILS)])
def test_a_forgotten_request_is_noticed_and_a_closed_connection_is_not(answer, expected):
    assert outcome("load.pipelined.answered", answer) is expected


def ordinary(connection: socket.socket) -> bool:
    """Whether the client has its end of the connection still open a moment after its request."""
    connection.settimeout(0.3)
    try:
        return connection.recv(1) != b""
    except TimeoutError:
        return True


def giving_up(connection: socket.socket, _: bytes) -> bool:
    if ordinary(connection):
        connection.sendall(PLAIN)
    return False


@pytest.mark.parametrize(("answer", "expected"), [(closing, Outcome.WORKS), (giving_up, Outcome.DIFFERS)])
def test_a_server_that_gives_half_closed_clients_up_is_noticed(answer, expected):
    assert outcome("load.half-closed.answered", answer) is expected
