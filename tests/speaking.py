"""What tests of the client that spells HTTP on a socket share: how they ask, and what was left unread."""

import socket

from loopback import serving

from conformance.drivers.limits import Limits
from conformance.drivers.sockets import connected
from conformance.messages import Exchange, Request, Setup
from conformance.model import Target

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
