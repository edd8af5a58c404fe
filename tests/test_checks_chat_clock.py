"""A stream that crosses a second is waited for, a few times at most."""

import json

from conformance.checks.chat_stream_clock import MOST_STREAMS
from conformance.judge import run_check
from conformance.messages import Exchange, Piece
from conformance.model import Case, Outcome, Target
from conformance.registry import all_checks

CASE = Case(all_checks()["chat.stream.created.second"], "raw")


def streaming(begun, lasting, created):
    """A server whose streams begin at a fraction of a second and last a while; `created` tells the time of each chunk."""
    asked = []

    def send(request):
        asked.append(request)
        pieces = [
            Piece(at, f"data: {json.dumps({'created': created(int(begun + at)), 'choices': []})}\n\n".encode())
            for at in (0.1 * lasting, 0.5 * lasting, lasting)
        ]
        return Exchange(request, 200, (), tuple(pieces), started=begun)

    return send, asked


def outcome(send):
    return run_check(CASE, Target("u", "m"), send).outcome


def test_one_stream_is_enough_where_it_crosses_a_second():
    send, asked = streaming(1000.5, 1.0, lambda _: 1000)
    assert outcome(send) is Outcome.WORKS
    assert len(asked) == 1


def test_a_time_per_chunk_is_seen():
    send, asked = streaming(1000.5, 1.0, lambda second: second)
    assert outcome(send) is Outcome.DIFFERS
    assert len(asked) == 1


def test_a_fast_server_is_asked_a_few_times_and_believed():
    send, asked = streaming(1000.2, 0.1, lambda second: second)
    assert outcome(send) is Outcome.WORKS
    assert len(asked) == len({request.key for request in asked}) == MOST_STREAMS
