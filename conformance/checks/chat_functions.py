"""The legacy `functions`, which came before `tools`: whether the model is told of them at all.

A model calls them or does not; that they reach it shows in the token count of the prompt, or else in another answer.
https://platform.openai.com/docs/api-reference/chat/create#chat-create-functions
"""

from __future__ import annotations

from conformance import calls
from conformance.answers import answered, message_of
from conformance.effects import tells_apart
from conformance.messages import Json, Send
from conformance.model import Finding, Level, Noted, Outcome, Target
from conformance.registry import check

LINK = "https://platform.openai.com/docs/api-reference/chat/create#chat-create-functions"

LAMP: Json = {
    "name": "set_lamp",
    "description": "Switches the lamp of a room on or off.",
    "parameters": {"type": "object", "properties": {"state": {"type": "string", "enum": ["on", "off"]}}, "required": ["state"]},
}


@check("chat.functions.heard", "tells the model of legacy functions", Level.SHOULD, "chat.functions", LINK, revision=2)
def functions(target: Target, send: Send) -> Noted:
    """Offers a function and leaves the choice to the model. A call, a longer prompt or another answer shows that the model was
    told of it. Unclear where tokens are not counted and the answers are the same.
    """
    bare, offering = calls.chat(target), calls.chat(target, functions=[LAMP])
    offered = answered(send, offering, bare)
    if not message_of(offered).get("function_call") and not tells_apart(send, bare, offering):
        expected = "another answer or prompt_tokens than without"
        yield Finding("leaves functions out", "$.functions", expected, "the same", outcome=Outcome.IGNORED)
