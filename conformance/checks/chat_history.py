"""What is given back as history: the model's own answer, results of tools, and the developer's instructions.

That a message reaches the model is seen without judging the model: two messages that differ much get another answer, or
count as another number of prompt tokens. https://platform.openai.com/docs/guides/conversation-state
"""

from __future__ import annotations

from conformance import calls
from conformance.answers import Object, answered, choices_of, given, message_of, speech_of
from conformance.checks.chat_tools import TOOLS
from conformance.effects import tells_apart
from conformance.messages import Json, Send
from conformance.model import Finding, Level, Noted, Outcome, Target
from conformance.registry import check

TURNS = "https://platform.openai.com/docs/guides/conversation-state"
RESULTS = "https://platform.openai.com/docs/guides/function-calling#handling-function-calls"
CREATE = "https://platform.openai.com/docs/api-reference/chat/create#chat-create-messages"

THOUGHT = ("reasoning", "thinking")
"""How the members begin in which a message tells what the model thought."""

_ALPHABET = "alpha bravo charlie delta echo foxtrot golf hotel india juliett kilo lima mike november oscar papa"


def _user(said: str) -> Json:
    return {"role": "user", "content": said}


def _told(target: Target, send: Send, one: list[Json], other: list[Json], what: str, where: str) -> Noted:
    """Sends two conversations that differ in one message; the finding if they cannot be told apart by their answers."""
    asked = calls.chat(target, one), calls.chat(target, other)
    for request in asked:
        answered(send, request, calls.chat(target))
    if not tells_apart(send, *asked):
        yield Finding(
            f"{what} does not reach the model", where, "another answer or prompt_tokens", "the same", outcome=Outcome.IGNORED
        )


@check("chat.history.own", "takes its own answer back", Level.MUST, "chat.history", TURNS, revision=2)
def own_answer(target: Target, send: Send) -> Noted:
    """Puts the message of an answer into the next request exactly as it came, as agents do, but for the thoughts that some
    servers tell, and which OpenAI's API has no place for; another message in its place gets another answer.
    """
    own, other = without_thoughts(_own(target, send)), {"role": "assistant", "content": _ALPHABET}
    yield from _told(target, send, _after(own), _after(other), "the assistant's message", "$.messages[1]")


@check(
    "chat.reasoning.history", "takes back the thoughts that it tells", Level.SHOULD, "chat.reasoning.history", TURNS, accepts=True
)
def own_thoughts(target: Target, send: Send) -> Noted:
    """Puts the message of an answer into the next request exactly as it came, thoughts and all, as agents do that know nothing
    of these. A message without thoughts has none to give back; that it is taken without them is another check's.
    """
    own = _own(target, send)
    if own != without_thoughts(own):
        choices_of(answered(send, calls.chat(target, _after(own)), calls.chat(target, _after(without_thoughts(own)))))
    yield from ()


def _own(target: Target, send: Send) -> Object:
    """The message of an answer that says something. Raises Unclear."""
    answer = given(send, calls.chat(target))
    speech_of(answer)
    return message_of(answer)


def _after(message: Object) -> list[Json]:
    """A conversation that goes on behind an assistant's message."""
    return [_user("Hello!"), message, _user("Say that again.")]


def without_thoughts(message: Object) -> Object:
    """A message without the members that tell what the model thought."""
    return {name: value for name, value in message.items() if not name.startswith(THOUGHT)}


def arguing(*turns: tuple[str, str]) -> list[Json]:
    """A conversation in which the assistant called a tool with some arguments each and was given the results."""
    called = [_call(place, arguments) for place, (arguments, _) in enumerate(turns)]
    asking = {"role": "assistant", "content": None, "tool_calls": called}
    given_back = zip(called, turns, strict=True)
    results = [{"role": "tool", "tool_call_id": call["id"], "content": result} for call, (_, result) in given_back]
    return [_user("Lamp on, please!"), asking, *results]


def _call(place: int, arguments: str) -> Json:
    name = f"call_4ZkQ0bT1cVnX8sLw2yHdRgP{'mnopqrst'[place % 8]}"
    return {"id": name, "type": "function", "function": {"name": "set_lamp", "arguments": arguments}}


def _turn(result: str) -> list[Json]:
    return arguing(('{"state":"on"}', result))


@check("chat.tools.history", "takes the result of a tool", Level.MUST, "chat.tools.history", RESULTS, revision=2)
def tool_result(target: Target, send: Send) -> Noted:
    """Sends a call that the assistant made, with content null, and what the tool gave; another result gets another answer."""
    results = ("ok", f"The lamp reports: {_ALPHABET}.")
    asked = [calls.chat(target, _turn(result), tools=TOOLS) for result in results]
    for request in asked:
        answered(send, request, calls.chat(target))
    if not tells_apart(send, *asked):
        place, expected = "$.messages[2]", "another answer or prompt_tokens"
        yield Finding("the tool's result does not reach the model", place, expected, "the same", outcome=Outcome.IGNORED)


@check("chat.developer.role", "takes instructions of the developer", Level.MUST, "chat.developer", CREATE, revision=2)
def developer(target: Target, send: Send) -> Noted:
    """Puts a long message of the role developer before the user's; without it the answer is another one."""
    instructions = {"role": "developer", "content": f"Answer with these words: {_ALPHABET}."}
    messages = [instructions, _user("Hello!")]
    yield from _told(target, send, messages, [_user("Hello!")], "the developer's message", "$.messages[0]")
