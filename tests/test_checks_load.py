"""Checks of load and of odd clients against servers that misbehave on the socket itself, where no application of a server can."""

import socket
import struct
import threading
import time
from collections.abc import Callable
from dataclasses import replace

import pytest
from against import SILENT, TARGET, server
from loopback import message, serving

from conformance import calls
from conformance.drivers import raw
from conformance.drivers.limits import Limits
from conformance.drivers.sockets import connected
from conformance.judge import run_check
from conformance.messages import Request
from conformance.model import Case, Outcome
from conformance.planning import wanted_by
from conformance.reference import serve
from conformance.registry import all_cases, all_checks

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


def single(seconds: float) -> Callable[[socket.socket, bytes], object]:
    """A server that answers one request after the other, and takes its time for long answers whoever waits for them."""
    busy, guard = [0.0], threading.Lock()

    def answer(connection: socket.socket, request: bytes) -> bool:
        with guard:
            busy[0] = mine = max(busy[0], time.monotonic()) + seconds * (b'"max_tokens":256' in request)
        time.sleep(max(0, mine - time.monotonic()))
        connection.sendall(PLAIN)
        return False

    return answer


@pytest.mark.parametrize(("seconds", "expected"), [(0.8, Outcome.DIFFERS), (0.1, Outcome.WORKS)])
def test_plain_answers_for_nobody_are_noticed(seconds, expected):
    assert outcome("load.abort.plain", single(seconds), 20) is expected


ALONE = [case for case in all_cases() if case.check.alone and not case.check.last]


@pytest.mark.parametrize("case", [case for case in ALONE if case.via == "raw"], ids=repr)
def test_the_right_server_stands_the_load(case):
    assert under_load(case) in SILENT


@pytest.mark.parametrize("check", ["load.parallel.own", "load.parallel.marked", "load.stream.own"])
def test_answers_that_are_mixed_up_are_noticed(check):
    assert under_load(Case(all_checks()[check], "raw"), "slots-mixed-up") is Outcome.DIFFERS


def under_load(case: Case, *faults: str) -> Outcome:
    with serve.serving(faults=faults) as url, raw.connected(replace(TARGET, base_url=url), None, Limits(timeout=20)) as send:
        return run_check(case, TARGET, send).outcome


def test_load_costs_little():
    asked = {one.key: one for case in ALONE for one in wanted_by(case)}
    bodies = [one.json for one in asked.values()]
    print(f"\nload: {len(asked)} requests, {sum(body['max_tokens'] for body in bodies)} tokens at most")  # noqa: T201
    assert len(asked) <= 140
    assert all(body["max_tokens"] <= 32 for one, body in zip(asked.values(), bodies, strict=True) if not leaves(one))


def leaves(request: Request) -> bool:
    return request.setup.manner in ("abort", "gone")


def test_only_checks_of_load_run_alone():
    assert {case.check.area for case in ALONE} == {"load"}
    assert not [case for case in all_cases() if case.check.area == "load" and not case.check.alone]


def test_prompts_without_end_come_behind_all_load():
    asking = [case.check for case in all_cases() if not case.check.on]
    last = [check for check in asking if check.last]
    assert asking[-len(last) :] == last
    assert {check.id.rpartition(".")[0] for check in last} == {"errors.context"}
    assert all(check.alone for check in last)
