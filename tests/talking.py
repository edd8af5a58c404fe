"""What tests of HTTP share: an answer, and servers that look at the head of a request."""

import json
from dataclasses import replace

from against import TARGET
from loopback import message, serving

from conformance.drivers import sockets
from conformance.drivers.limits import Limits
from conformance.judge import run_check
from conformance.model import Case
from conformance.registry import all_checks

ANSWER = json.dumps(
    {
        "id": "chatcmpl-1",
        "object": "chat.completion",
        "created": 1,
        "model": "m",
        "choices": [{"index": 0, "message": {"role": "assistant", "content": "Hello"}, "finish_reason": "stop"}],
    }
).encode()


def over_bytes(check, answer):
    """A check against a server that does exactly this with bytes."""
    with serving(answer) as server, sockets.connected(replace(TARGET, base_url=server.url), "k", Limits(timeout=4)) as send:
        return run_check(Case(all_checks()[check], "wire"), replace(TARGET, base_url=server.url), send)


def choosy(good):
    """A server that reads no request but those whose head passes."""

    def answer(connection, request):
        fine = good(request.partition(b"\r\n\r\n")[0])
        connection.sendall(message(ANSWER) if fine else message(b"no body", "400 Bad Request"))
        return True

    return answer
