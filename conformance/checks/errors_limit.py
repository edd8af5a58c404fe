"""A limit beyond every model's window: capped or refused, and how.

https://platform.openai.com/docs/api-reference/chat/create#chat-create-max_tokens
"""

from __future__ import annotations

from conformance import calls
from conformance.answers import ensure_success, given, is_refused, refusal
from conformance.messages import Send
from conformance.model import Finding, Level, Noted, Target, Unclear
from conformance.registry import check

LINK = "https://platform.openai.com/docs/api-reference/chat/create#chat-create-max_tokens"

BEYOND = 100_000_000
"""A limit that no model's window holds and every integer type does."""

ENDS = [" ", "\n", ".", ","]
"""Stop strings that end the answer of a server that caps the limit after a word."""


@check("errors.range.limit", "caps a limit beyond the window, or refuses it with 400", Level.MAY, "errors.range", LINK)
def beyond_the_window(target: Target, send: Send) -> Noted:
    """Sends a max_tokens of a hundred million. OpenAI refuses it with 400 and says what the most is; others take as much as
    there is. Another 4xx is another exception in the official client. Spelled as bytes, since it is no limit to plan with.
    Stop strings do not end thoughts, so a model that thinks for long leaves it unclear.
    """
    body = calls.sentence(target, max_tokens=BEYOND, stop=ENDS).json
    exchange = send(calls.raw_chat(calls.spelled(body)))
    if exchange.failure is not None and exchange.failure.kind == "timeout":
        raise Unclear("the answer does not end in time")
    if is_refused(exchange) and exchange.status != 400:
        given(send, calls.sentence(target))
        yield Finding("refuses a large limit by another status", "status", "400 or 2xx", refusal(exchange))
    elif exchange.status != 400:
        ensure_success(exchange)
