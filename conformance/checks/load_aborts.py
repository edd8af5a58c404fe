"""Clients that leave in the middle of a stream: people press stop, programs time out. The server has to go on for the others, and
ought not to go on generating for who has left.

A server's inside is not seen from here: what tells is how long the next answer takes. The bound is generous, so that a finding
means many seconds of work for nobody; a server with room for many requests at once may hide the same waste.
https://platform.openai.com/docs/api-reference/chat/create#chat-create-stream · https://www.rfc-editor.org/rfc/rfc9112#section-9.5
"""

from __future__ import annotations

from dataclasses import replace

from conformance import calls
from conformance.answers import given, is_ok, object_of
from conformance.messages import Exchange, Request, Send, Setup
from conformance.model import Finding, Level, Noted, Seen, Target, Unclear
from conformance.registry import check

STREAM = "https://platform.openai.com/docs/api-reference/chat/create#chat-create-stream"

CREATE = "https://platform.openai.com/docs/api-reference/chat/create"

ABORTS = 8
LONG = 256
"""Tokens that each stream would have had: what a server does that does not notice takes it many seconds."""

SECONDS, TIMES = 5.0, 3.0
"""How many seconds later than so many times its usual time the next answer may come."""


def _short(target: Target, take: int) -> Request:
    return calls.chat(target, take=take, max_tokens=8)


def _left(target: Target, manner: str, take: int, tokens: int = LONG) -> Request:
    """A stream whose client leaves at its first bytes, or a plain answer whose client does not wait at all."""
    long = calls.story(target, take=take, max_tokens=tokens, stream=manner == "abort" or ...)
    return replace(long, setup=Setup(manner=manner))


def _abandon(target: Target, send: Send, manner: str = "abort") -> tuple[float, Exchange]:
    """The usual seconds of a short answer, and the exchange of one after eight clients have left. Raises Unclear where none of
    them could leave.
    """
    before = [_seconds(target, send, take) for take in range(2)]
    left = [send(_left(target, manner, take)) for take in range(ABORTS)]
    if not any(one.failure is not None and one.failure.kind == "limit" for one in left):
        raise Unclear("no answer lasts long enough to leave it")
    return min(before), send(_short(target, 2 if manner == "abort" else 4))


def _seconds(target: Target, send: Send, take: int) -> float:
    given(send, _short(target, take))
    return send(_short(target, take)).seconds


@check(
    "load.abort.answers",
    "answers after eight clients have left",
    Level.MUST,
    "load.abort",
    STREAM,
    via=("wire",),
    alone=True,
    revision=2,
)
def answers(target: Target, send: Send) -> Noted:
    """Leaves eight streams at their first bytes, one after the other, then asks for a short answer; up to four times if need be,
    with a pause of a second in each request, since a server has to notice before it has room again.
    """
    _, after = _abandon(target, send)
    for take in range(10, 13):
        if is_ok(after) and after.failure is None:
            break
        after = send(replace(_short(target, take), setup=Setup(manner="stalled")))
    object_of(after)
    yield from ()


@check(
    "load.abort.frees",
    "stops work for clients that have left",
    Level.SHOULD,
    "load.abort",
    STREAM,
    via=("wire",),
    alone=True,
    revision=2,
)
def frees(target: Target, send: Send) -> Noted:
    """Leaves eight streams of up to 256 tokens at their first bytes: the next short answer comes at most five seconds later than
    three times its usual time. Unclear where that is so after eight streams of one token too, since then it is not their work
    that it waits for.
    """
    yield from _waits(target, send, "abort")


@check(
    "load.abort.plain",
    "stops work for clients that do not wait for a plain answer",
    Level.SHOULD,
    "load.abort",
    CREATE,
    via=("wire",),
    alone=True,
    revision=2,
)
def plain(target: Target, send: Send) -> Noted:
    """The same with eight plain answers of up to 256 tokens, each of whose clients closes the connection behind its request."""
    yield from _waits(target, send, "gone")


def _waits(target: Target, send: Send, manner: str) -> Noted:
    """How long an answer took, and a finding where it is too long. Raises Unclear where there is none."""
    usual, after = _abandon(target, send, manner)
    if not is_ok(after) or after.failure is not None:
        raise Unclear("there is no answer to measure after clients have left")
    yield Seen("seconds", round(after.seconds, 1))
    most = TIMES * usual + SECONDS
    if after.seconds <= most:
        return
    for take in range(ABORTS):
        send(_left(target, manner, take, 1))
    if send(_short(target, 6 if manner == "abort" else 7)).seconds > most:
        raise Unclear("an answer waits as long where there was hardly any work to do for who has left")
    yield Finding("an answer waits for work that nobody reads", "", f"at most {most:.1f} s", f"{after.seconds:.1f} s")
