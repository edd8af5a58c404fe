"""Schemas that force another word out of each of several requests at once, so that it does not matter what the model would say.

https://platform.openai.com/docs/guides/structured-outputs
"""

from __future__ import annotations

from collections.abc import Iterator

from conformance import calls
from conformance.answers import finish_of, is_ok, text_of
from conformance.checks.chat_json import choice, closed, prescribing
from conformance.checks.load_parallel import answers
from conformance.messages import Request, Send
from conformance.model import Finding, Level, Noted, Target, Unclear
from conformance.registry import check
from conformance.streams import answer_of
from conformance.together import together

STRUCTURED = "https://platform.openai.com/docs/guides/structured-outputs"

MARKS = ("amber", "birch", "coral", "dune")
ROOM = 32
"""Tokens that a mark fits in, white space and all."""


def _marked(target: Target, mark: str, stream: bool = False, take: int = 0) -> Request:
    form = prescribing(closed(mark=choice(mark)))
    said = "Give the mark as JSON."
    return (calls.stream if stream else calls.chat)(target, said, max_tokens=ROOM, response_format=form, take=take)


def _same_marks(target: Target, send: Send, stream: bool) -> Iterator[Finding]:
    """What tells against a server that was made to say one mark to each of several requests at once."""
    if not _obeys(target, send, MARKS[0], stream):
        raise Unclear("the schema does not force the mark")
    found = together(send, [_marked(target, mark, stream, take=1) for mark in MARKS])
    for place, answer in answers(found).items():
        text = text_of(answer)
        if MARKS[place] in text or finish_of(answer) != "stop":
            continue
        if any(mark in text for mark in MARKS) or _obeys(target, send, MARKS[place], stream):
            where = "$.choices[0].message.content"
            yield Finding("a request is not answered as its own schema forces it to be", where, MARKS[place], text[:80])


def _obeys(target: Target, send: Send, mark: str, stream: bool) -> bool:
    """Whether the schema forces a mark where nothing else is under way."""
    exchange = send(_marked(target, mark, stream, take=2))
    return is_ok(exchange) and mark in text_of(answer_of(exchange))


@check(
    "load.parallel.marked",
    "keeps the schemas of several requests at once apart",
    Level.MUST,
    "load.parallel",
    STRUCTURED,
    alone=True,
    revision=2,
)
def marked(target: Target, send: Send) -> Noted:
    """Forces another word out of each of four equal prompts at once, by a schema that allows no other. Unclear where the schema
    has no such power over a single request; where it has none over another, only the word of a third request is a finding.
    """
    yield from _same_marks(target, send, stream=False)


@check(
    "load.stream.marked",
    "keeps the schemas of several streams at once apart",
    Level.MUST,
    "load.stream",
    STRUCTURED,
    alone=True,
    revision=2,
)
def marked_streams(target: Target, send: Send) -> Noted:
    """The same with four streams, whose pieces a server may mix up as well."""
    yield from _same_marks(target, send, stream=True)
