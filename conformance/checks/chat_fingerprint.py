"""The mark of the backend that answered, by which users of a seed notice that it was changed.

https://platform.openai.com/docs/api-reference/chat/object#chat/object-system_fingerprint
"""

from __future__ import annotations

from collections.abc import Iterator

from conformance import calls
from conformance.answers import Object, given, given_chunks
from conformance.evidence import shown
from conformance.messages import Send
from conformance.model import Finding, Level, Noted, Outcome, Seen, Target
from conformance.registry import check

LINK = "https://platform.openai.com/docs/api-reference/chat/object#chat/object-system_fingerprint"
NAME = "system_fingerprint"


@check("chat.system_fingerprint.told", "has the member system_fingerprint", Level.MAY, "chat.system_fingerprint", LINK)
def told(target: Target, send: Send) -> Noted:
    """Looks for the member, null or a string, in a plain answer and in a stream, where it is one value. Every answer of OpenAI's
    has had it since March 2024, null for many models; the reference does not require it, but a strict client reads nothing
    without it. That a backend is changed between two answers is no fault.
    """
    plain = given(send, calls.chat(target))
    chunks = [chunk for chunk in given_chunks(send, calls.stream(target)) if "choices" in chunk]
    yield Seen(NAME, NAME in plain)
    if NAME not in plain:
        yield Finding("the answer has no system_fingerprint", f"$.{NAME}", "null or a string", "absent", outcome=Outcome.IGNORED)
    yield from _streamed(plain, chunks)


def _streamed(plain: Object, chunks: list[Object]) -> Iterator[Finding]:
    values = list(dict.fromkeys(repr(chunk.get(NAME, ...)) for chunk in chunks))
    lacking = sum(NAME not in chunk for chunk in chunks)
    if lacking and NAME in plain:
        told = f"{lacking} of {len(chunks)} chunks without"
        yield Finding("chunks have no system_fingerprint", f"$[*].{NAME}", "as in plain answers", told, outcome=Outcome.IGNORED)
    elif len(values) > 1:
        yield Finding("system_fingerprint changes within a stream", f"$[*].{NAME}", "one value", shown(", ".join(values[:3])))
    elif isinstance(plain.get(NAME), str) and values == ["None"]:
        yield Finding("system_fingerprint is null in streams alone", f"$[*].{NAME}", "as in plain answers", "null")
