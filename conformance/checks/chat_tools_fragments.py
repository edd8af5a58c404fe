"""How the arguments of a call are streamed: bit by bit, behind an opening that names the call and has none yet.

Every call of OpenAI's is streamed so. Arguments may legally be cut anywhere, so what differs is a nicety that some clients
count on: one that shows arguments as they are written, and one that takes the opening for the beginning of an empty text.
https://platform.openai.com/docs/guides/function-calling#streaming
"""

from __future__ import annotations

from conformance.answers import is_ok
from conformance.checks.chat_tools_streams import calling
from conformance.evidence import shown
from conformance.messages import Json, Send
from conformance.model import Finding, Level, Noted, Outcome, Target, Unclear
from conformance.registry import check
from conformance.streams import unbroken

STREAMING = "https://platform.openai.com/docs/guides/function-calling#streaming"
PLACE = "$[*].choices[0].delta.tool_calls[0].function.arguments"

WORTH_CUTTING = 12
"""Characters of arguments that are several tokens in any vocabulary."""


def _first_call(target: Target, send: Send) -> list[str]:
    """The fragments of the arguments of the first call, empty ones too. Raises Unclear where nothing is called."""
    exchange = send(calling(target, stream=True))
    if not is_ok(exchange):
        raise Unclear("there is no stream with a call to look at")
    stream = unbroken(exchange)
    found = [call for delta in stream.deltas if delta.index == 0 for call in delta.calls if call.get("index", 0) == 0]
    if not found:
        raise Unclear("the stream calls no tool")
    return [_arguments(call.get("function")) for call in found]


def _arguments(function: Json) -> str:
    held = function.get("arguments") if isinstance(function, dict) else None
    return held if isinstance(held, str) else ""


@check("chat.tools.fragments.gradual", "streams arguments bit by bit", Level.MAY, "chat.tools.fragments", STREAMING)
def gradual(target: Target, send: Send) -> Noted:
    """Requires a call in a stream and counts the fragments that its arguments come in. In one fragment they are shown only when
    all of them are there.
    """
    said = [one for one in _first_call(target, send) if one]
    if len("".join(said)) < WORTH_CUTTING:
        raise Unclear("the arguments are too short to tell")
    if len(said) == 1:
        yield Finding("all arguments come in one fragment", PLACE, "fragments", shown(said[0], 80), outcome=Outcome.IGNORED)


@check("chat.tools.fragments.opening", "opens a call with empty arguments", Level.MAY, "chat.tools.fragments", STREAMING)
def opening(target: Target, send: Send) -> Noted:
    """Requires a call in a stream and reads the arguments beside its name: clients were seen that set them to an empty text
    there, and so lose what came with the opening.
    """
    first = _first_call(target, send)[0]
    if first:
        yield Finding("the opening of a call has arguments already", PLACE, '""', shown(first, 80))
