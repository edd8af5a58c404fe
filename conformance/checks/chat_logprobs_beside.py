"""logprobs beside other fields: in streams, and where a grammar forbids most tokens; several choices in a stream.

https://platform.openai.com/docs/api-reference/chat/create#chat-create-logprobs
"""

from __future__ import annotations

from itertools import pairwise

from conformance.answers import Object, answered, answered_chunks, choices_of, deltas_of, speech_of
from conformance.calls import FEW, chat, sampled, told
from conformance.messages import Json, Request, Send
from conformance.model import Finding, Level, Noted, Outcome, Target, Unclear
from conformance.registry import check

LINK = "https://platform.openai.com/docs/api-reference/chat/create#chat-create-logprobs"
NUMBER = "https://platform.openai.com/docs/api-reference/chat/create#chat-create-n"

WHERE = "$[*].choices[0].logprobs"
RIVALS = 2
MOST_STRANGE = 0.25
"""The share of tokens that may have the rivals of the one before by chance: special tokens and the like."""

WORDS: Json = {
    "type": "object",
    "properties": {"colour": {"type": "string", "enum": ["blue", "green"]}},
    "required": ["colour"],
    "additionalProperties": False,
}


@check("chat.logprobs.stream", "gives the log probabilities of a stream", Level.MUST, "chat.logprobs", LINK)
def streamed(target: Target, send: Send) -> Noted:
    """Asks a greedy stream for two rivals a token: there are entries, and a token does not have the rivals of the one before it
    unless it is among them, as happens where several tokens of one chunk get what belongs to the first.
    """
    fields: dict[str, Json] = {"max_tokens": FEW}
    chunks = answered_chunks(send, told(target, logprobs=True, top_logprobs=RIVALS, **fields), told(target, **fields))
    entries = _entries(chunks)
    if not entries:
        if not any(delta.get("content") for delta in deltas_of(chunks)):
            raise Unclear("the stream says nothing whose log probabilities could be given")
        yield Finding("gives no log probabilities in a stream", WHERE, "objects", "none", outcome=Outcome.IGNORED)
        return
    strange = [entry for before, entry in pairwise(entries) if _is_of(before, entry)]
    if len(strange) > MOST_STRANGE * len(entries):
        told_of = f"{len(strange)} of {len(entries)} tokens have those of the token before"
        yield Finding("lists rivals of another token", f"{WHERE}.content[*].top_logprobs", "the token's own rivals", told_of)


def _entries(chunks: list[Object]) -> list[Object]:
    listed = [choices for chunk in chunks if isinstance(choices := chunk.get("choices"), list)]
    choices = [choice for choices in listed for choice in choices if isinstance(choice, dict)]
    held = [told.get("content") for choice in choices if isinstance(told := choice.get("logprobs"), dict)]
    return [entry for content in held if isinstance(content, list) for entry in content if isinstance(entry, dict)]


def _is_of(before: Object, entry: Object) -> bool:
    """Whether a token has the rivals of the one before it, and is not among them."""
    rivals = entry.get("top_logprobs")
    if not isinstance(rivals, list) or not rivals or rivals != before.get("top_logprobs"):
        return False
    return not any(isinstance(rival, dict) and rival.get("token") == entry.get("token") for rival in rivals)


@check("chat.logprobs.schema", "gives log probabilities beside a JSON Schema", Level.SHOULD, "chat.logprobs", LINK, revision=2)
def beside_schema(target: Target, send: Send) -> Noted:
    """Asks for rivals where a schema forbids all but a few tokens: the answer comes, with entries. What is impossible has no
    logarithm that JSON could spell.
    """
    answer = answered(send, _prescribed(target, logprobs=True, top_logprobs=RIVALS), _prescribed(target))
    speech_of(answer)
    if not isinstance(choices_of(answer)[0].get("logprobs"), dict):
        yield Finding(
            "gives no log probabilities beside a schema", "$.choices[0].logprobs", "an object", "none", outcome=Outcome.IGNORED
        )


def _prescribed(target: Target, **fields: Json) -> Request:
    form = {"type": "json_schema", "json_schema": {"name": "answer", "strict": True, "schema": WORDS}}
    return chat(target, "Which colour has the sky?", response_format=form, **{"max_tokens": 64, **fields})


@check("chat.n.stream", "streams as many choices as n asks for", Level.MUST, "chat.n", NUMBER)
def several(target: Target, send: Send) -> Noted:
    """Asks a stream for two choices: both indices say something. A model may fall silent at once, so each may be empty if it
    has a finish_reason.
    """
    chunks = answered_chunks(send, sampled(target, n=2, stream=True), sampled(target, stream=True))
    found = sorted(index for index in range(8) if deltas_of(chunks, index))
    if found != [0, 1]:
        outcome = Outcome.IGNORED if found == [0] else Outcome.DIFFERS
        yield Finding("streams other choices than n asks for", "$[*].choices[*].index", "0 and 1", str(found), outcome=outcome)
