"""The `model` field of chat completions.

https://platform.openai.com/docs/api-reference/chat/create#chat-create-model
"""

from __future__ import annotations

from conformance.answers import given
from conformance.calls import chat
from conformance.messages import Send
from conformance.model import Finding, Level, Noted, Outcome, Target, Unclear
from conformance.registry import check


@check(
    "chat.model.echo",
    "names the model that was asked for in the answer, if need be in a longer form",
    Level.SHOULD,
    "chat.model",
    "https://platform.openai.com/docs/api-reference/chat/object#chat/object-model",
    revision=2,
)
def model_echo(target: Target, send: Send) -> Noted:
    """The answer's model is the name asked for, a dated or tagged form of it, or what the name is a shorter form of. OpenAI
    answers 98 of 100 requests with the dated form, so equality is never asked for. Another name shows a field that was ignored.
    """
    named = given(send, chat(target)).get("model")
    if not isinstance(named, str) or not named:
        raise Unclear("the answer names no model to judge")
    asked, got = target.model.lower(), named.lower()
    if not (got.startswith(asked) or asked.startswith(got) or asked.endswith(f"/{got}") or got.endswith(f"/{asked}")):
        wanted = f"{target.model}, or a form of it"
        yield Finding("the answer names another model", "$.model", wanted, named[:200], outcome=Outcome.IGNORED)
