"""Sixty-four short requests at one moment: a server answers them, lets them wait, or says in HTTP that it has too many.

OpenAI refuses what is too much with 429 or 503 and an error object, which official clients read as a reason to ask again, like a
connection that is cut; a 4xx they raise at once. This comes last of all load, since a slow server works on
after the suite has given up on it.
https://platform.openai.com/docs/guides/error-codes · https://platform.openai.com/docs/guides/rate-limits
"""

from __future__ import annotations

from collections.abc import Iterator

from conformance import calls
from conformance.answers import ensure_success, given, is_ok, object_of, refusal
from conformance.checks.load_parallel import BUSY, ERRORS
from conformance.endpoints import is_error
from conformance.messages import Exchange, Send
from conformance.model import Finding, Level, Noted, Outcome, Seen, Target, Unclear
from conformance.registry import check
from conformance.together import MOST, together
from conformance.wire import read_json

REPEATED = (408, 409, 429)
"""Statuses below 500 after which the official clients ask again by themselves; all from 500 on are others.
https://github.com/openai/openai-python#retries
"""

WORDS = ("None", "null", "nil", "undefined")
"""What programs make of no value when they print it."""


def _burst(target: Target, send: Send) -> list[Exchange]:
    """What became of sixty-four requests for one token each, all at once. Raises Unclear where one alone is not answered."""
    given(send, calls.chat(target, max_tokens=1))
    return together(send, [calls.chat(target, max_tokens=1, take=take) for take in range(1, MOST + 1)])


def _refused(exchanges: list[Exchange]) -> list[Exchange]:
    return [one for one in exchanges if one.failure is None and one.status is not None and one.status >= 400]


@check("load.burst.answered", "takes sixty-four short requests at once", Level.MUST, "load.burst", ERRORS, alone=True, revision=2)
def answered(target: Target, send: Send) -> Noted:
    """Sends sixty-four requests for one token at once. Each has to be answered, or refused with a status after which official
    clients ask again; a server that cuts connections has to be there afterwards. Unclear where it only takes longer than the
    suite waits.
    """
    found = _burst(target, send)
    yield Seen("refused", len(_refused(found)))
    for exchange in found:
        yield from () if _is_late(exchange) or _is_cut(exchange) else _lost(exchange)
    if any(map(_is_cut, found)) and (after := send(calls.chat(target, max_tokens=1, take=MOST + 1))).failure:
        ensure_success(after)
    if late := sum(map(_is_late, found)):
        raise Unclear(f"{late} of {len(found)} answers took longer than the suite waits")


def _is_late(exchange: Exchange) -> bool:
    return exchange.failure is not None and exchange.failure.kind == "timeout"


def _is_cut(exchange: Exchange) -> bool:
    return exchange.failure is not None and exchange.failure.kind in ("reset", "connect")


def _lost(exchange: Exchange) -> Iterator[Finding]:
    """What tells against one answer of a burst. Raises Ended where there is none."""
    status = exchange.status
    if exchange.failure is None and status is not None and status >= 400:
        if status < 500 and status not in REPEATED:
            said = refusal(exchange)
            yield Finding("refuses for good what it has no room for", "status", "429 or 503", said, outcome=Outcome.FAILS)
    elif is_ok(exchange):
        object_of(exchange)
    else:
        ensure_success(exchange)


@check("load.burst.kept", "cuts no connection of sixty-four at once", Level.SHOULD, "load.burst", ERRORS, alone=True)
def kept(target: Target, send: Send) -> Noted:
    """Looks for connections that were refused or cut. Official clients ask again, as after a 503, but nothing tells their user
    why.
    """
    cut = list(filter(_is_cut, _burst(target, send)))
    for exchange in cut[:1]:
        said = exchange.failure.message if exchange.failure else ""
        told = f"{len(cut)} of {MOST} connections, for example: {said}"
        yield Finding("cuts connections for lack of room", "", "429 or 503", told, outcome=Outcome.FAILS)


@check(
    "load.burst.refused",
    "refuses, if at all, with 429 or 503 and an error object",
    Level.SHOULD,
    "load.burst",
    ERRORS,
    alone=True,
    accepts=True,
)
def refused(target: Target, send: Send) -> Noted:
    """Looks at what was refused of sixty-four requests at once. Where nothing was, there is nothing to see, which is accepted."""
    for exchange in _refused(_burst(target, send)):
        if exchange.status not in BUSY:
            yield Finding("refuses for lack of room with another status", "status", "429 or 503", refusal(exchange))
        elif not is_error(read_json(exchange.body).value):
            yield Finding("refuses for lack of room without an error object", "$", "error", refusal(exchange))
        yield from _worded(exchange)


def _worded(exchange: Exchange) -> Iterator[Finding]:
    """What tells against an error that spells what it does not have as a word."""
    value = read_json(exchange.body).value
    error = value.get("error") if isinstance(value, dict) else None
    for name in ("type", "param", "code"):
        if isinstance(error, dict) and error.get(name) in WORDS:
            yield Finding("refuses with a word where there is no value", f"$.error.{name}", "null", repr(error[name]))
