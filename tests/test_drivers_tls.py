"""The drivers over TLS: certificates are verified unless told otherwise, and the deadline holds there as well."""

import socket
import time
from dataclasses import replace

import pytest
from loopback import CHUNKED, chunk, fixed, serving

from conformance.drivers import raw, sdk
from conformance.drivers.limits import Limits
from conformance.messages import Exchange, Request
from conformance.model import Target

MODELS = b'{"object": "list", "data": []}'
GET = Request("GET", "/models")
CLIENTS = pytest.mark.parametrize("client", ["raw", "sdk", "sdk-async"])


def ask(url: str, client: str, insecure: bool, times: int = 1) -> Exchange:
    driver = raw if client == "raw" else sdk
    request = replace(GET, setup=replace(GET.setup, client=client))
    with driver.connected(Target(url), None, Limits(timeout=0.5), insecure=insecure) as send:
        return [send(request) for _ in range(times)][-1]


@CLIENTS
def test_a_certificate_nobody_trusts_is_no_connection(client):
    with serving(fixed(MODELS), secure=True) as served:
        failure = ask(served.url, client, insecure=False).failure
        assert failure is not None
        assert failure.kind == "connect"
        assert served.requests == []


@CLIENTS
def test_the_operator_may_trust_it_all_the_same(client):
    with serving(fixed(MODELS), secure=True) as served:
        exchange = ask(served.url, client, insecure=True, times=3)
        assert (exchange.status, exchange.body, exchange.failure) == (200, MODELS, None)
        assert served.connections == 1


@CLIENTS
def test_the_deadline_holds_inside_of_tls(client):
    def trickle(connection: socket.socket, _: bytes) -> None:
        connection.sendall(CHUNKED)
        for _ in range(40):
            connection.sendall(chunk(b": hm\n\n"))
            time.sleep(0.02)

    with serving(trickle, secure=True) as served:
        exchange = ask(served.url, client, insecure=True)
        assert exchange.failure is not None
        assert (exchange.status, exchange.failure.kind) == (200, "timeout")
        assert exchange.seconds < 0.75


@CLIENTS
def test_a_handshake_that_never_ends_is_ended(client):
    with socket.create_server(("127.0.0.1", 0)) as mute:
        url = f"https://127.0.0.1:{mute.getsockname()[1]}/v1"
        ask(url, client, insecure=True)  # loads what has to be loaded, and ends as well
        began, exchange = time.monotonic(), ask(url, client, insecure=True)
        assert exchange.failure is not None
        assert exchange.failure.kind in ("connect", "timeout")
        assert time.monotonic() - began < 2
