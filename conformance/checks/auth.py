"""Authorization where a server promises to need none. OpenAI's own API wants a key of every request.

https://platform.openai.com/docs/api-reference/authentication
"""

from __future__ import annotations

from dataclasses import replace

from conformance import calls
from conformance.answers import attempted, ensure_success, refusal
from conformance.messages import Send, Setup
from conformance.model import Finding, Level, Noted, Outcome, Target
from conformance.registry import check

AUTHENTICATION = "https://platform.openai.com/docs/api-reference/authentication"

CREDENTIALS = ("none", "Bearer ollama", "Bearer garbage", "Basic x")
"""The Authorization headers tried; none stands for no header at all."""

UNAUTHORIZED = (401, 403)


@check("auth.any-key.accepted", "answers whatever the key is", Level.MUST, "auth.any-key", AUTHENTICATION)
def any_key(target: Target, send: Send) -> Noted:
    """Sends one request without a key, with two invented ones and with another scheme: every one is answered."""
    control = calls.chat(target)
    for credentials in CREDENTIALS:
        request = replace(control, setup=Setup(authorization=credentials))
        exchange = send(request)
        if exchange.status in UNAUTHORIZED:
            what = "no Authorization header" if credentials == "none" else f"the Authorization header {credentials!r}"
            yield Finding(f"refuses {what}", "status", "2xx", refusal(exchange), outcome=Outcome.REFUSED)
        else:
            ensure_success(attempted(send, request, control))
