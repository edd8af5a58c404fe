"""n asks for several choices, and above temperature 0 they are not copies of one another.

Real traffic has kept n wherever it was asked for.
https://platform.openai.com/docs/api-reference/chat/create#chat-create-n
"""

from __future__ import annotations

from conformance.answers import answered, choices_of, given, texts_of
from conformance.calls import sampled
from conformance.messages import Send
from conformance.model import Finding, Level, Noted, Outcome, Seen, Target, Unclear
from conformance.registry import check

LINK = "https://platform.openai.com/docs/api-reference/chat/create#chat-create-n"

TRIES = 3


@check("chat.n.choices", "gives as many choices as n asks for", Level.MUST, "chat.n", LINK)
def choices(target: Target, send: Send) -> Noted:
    """Two choices, then three."""
    for n in (2, 3):
        count = len(choices_of(answered(send, sampled(target, n=n), sampled(target))))
        yield Seen("choices", count)
        if count != n:
            outcome = Outcome.IGNORED if count == 1 else Outcome.DIFFERS
            yield Finding("gives another number of choices", "$.choices", f"{n} choices", str(count), outcome=outcome)


@check("chat.n.differ", "draws each of several choices anew", Level.SHOULD, "chat.n", LINK)
def differ(target: Target, send: Send) -> Noted:
    """Three choices at temperature 1.5, up to three times. Choices that are equal every time come by chance below 1e-6, if two
    samples of 24 tokens agree less than once in ten times; where single answers do not vary either, nothing is said.
    """
    for take in range(TRIES):
        texts = texts_of(answered(send, sampled(target, n=3, take=take), sampled(target)))
        if len(texts) < 2 or not all(text.strip() for text in texts):
            raise Unclear("there are no several texts to compare")
        if len(set(texts)) > 1:
            return
    alone = [texts_of(given(send, sampled(target, take=take)))[0] for take in range(TRIES)]
    if len(set(alone)) == 1:
        raise Unclear("answers do not vary without n either")
    yield Finding("gives copies of one choice at temperature 1.5", "$.choices", "texts that differ", repr(texts[0][:60]))
