"""The legacy `functions` and `function_call`, which came before `tools`: whether the model hears of them and calls what is named.

A model calls them or does not; that they reach it shows in the token count of the prompt, or else in another answer.
https://platform.openai.com/docs/api-reference/chat/create#chat-create-functions
"""

from __future__ import annotations

from typing import Any

from conformance import calls
from conformance.answers import answered, message_of, tool_calls_of
from conformance.checks.chat_tools import ENOUGH, FUNCTIONS, IDLE, asked, uncalled
from conformance.effects import tells_apart
from conformance.messages import Json, Send
from conformance.model import Finding, Level, Noted, Outcome, Target
from conformance.registry import check

LINK = "https://platform.openai.com/docs/api-reference/chat/create#chat-create-functions"
CHOICE = "https://platform.openai.com/docs/api-reference/chat/create#chat-create-function_call"

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


@check(
    "chat.function_call.named", "calls the legacy function that is named", Level.SHOULD, "chat.function_call", CHOICE, revision=2
)
def function_call(target: Target, send: Send) -> Noted:
    """Sends `functions` and names one in `function_call`, both deprecated: the answer has a `function_call` of that name."""
    functions = [{name: value for name, value in one.items() if name != "strict"} for one in FUNCTIONS.values()]
    fields: dict[str, Any] = {"functions": functions, "function_call": {"name": "set_fan"}}
    answer = asked(target, send, calls.chat(target, IDLE, max_tokens=ENOUGH, **fields))
    called, where = message_of(answer).get("function_call"), "$.choices[0].message.function_call"
    if isinstance(called, dict):
        if called.get("name") != "set_fan":
            yield Finding("calls another function than the named one", f"{where}.name", "set_fan", str(called.get("name")))
    elif tool_calls_of(answer):
        yield Finding("answers functions with tool_calls", where, "a function_call", "tool_calls")
    else:
        yield uncalled(target, send, answer, IDLE, "the function set_fan")
