"""A search for values that a server stumbles over: fields with values of another JSON type, drawn and shrunk.

A 5xx or a lost connection tells clients that the server is at fault, and the official ones send the request again, twice.
https://platform.openai.com/docs/guides/error-codes
"""

from __future__ import annotations

from collections.abc import Iterator

from conformance import calls
from conformance.answers import ensure_success, given
from conformance.falsify import Judged, counterexample
from conformance.messages import Json, Send
from conformance.model import Ended, Finding, Level, Noted, Outcome, Target, Unclear
from conformance.registry import check

EXAMPLES = 3
MOST_REQUESTS = 12

_NO_NUMBER = ("string", "array", "object")
_NO_LIST = ("string", "integer", "object")
_NO_OBJECT = ("string", "integer", "array")
_NO_TEXT = ("integer", "array", "object")

WRONG_KINDS: dict[str, tuple[str, ...]] = {
    **dict.fromkeys(("temperature", "top_p", "n", "seed", "max_tokens", "top_logprobs"), _NO_NUMBER),
    **dict.fromkeys(("presence_penalty", "frequency_penalty"), _NO_NUMBER),
    **dict.fromkeys(("messages", "tools"), _NO_LIST),
    **dict.fromkeys(("response_format", "logit_bias", "stream_options", "metadata"), _NO_OBJECT),
    **dict.fromkeys(("model", "user"), _NO_TEXT),
    **dict.fromkeys(("stream", "logprobs"), _NO_NUMBER),
    "stop": ("integer", "object"),
    "tool_choice": ("integer", "array"),
}
"""Fields, and the JSON types that none of their values has."""


@check(
    "errors.wrong-type.search",
    "never fails over a value of a wrong JSON type",
    Level.MUST,
    "errors.wrong-type",
    "https://platform.openai.com/docs/guides/error-codes",
)
def search(target: Target, send: Send) -> Noted:
    """Draws three wrong values for each of 21 fields, the same ones in every run, and shrinks what fails. Refusing and ignoring
    are judged elsewhere.
    """
    given(send, calls.chat(target))
    for name, kinds in WRONG_KINDS.items():
        yield from counterexample(kinds, _judging(name, target, send), EXAMPLES, MOST_REQUESTS)


def _judging(name: str, target: Target, send: Send) -> Judged:
    def judged(value: Json) -> Iterator[Finding]:
        sent = {"max_tokens": 1, "max_completion_tokens": 1} if name == "max_tokens" else {"max_tokens": 1}
        try:
            ensure_success(send(calls.wrong(target, **{**sent, name: value})))
        except Unclear:
            return
        except Ended as end:
            if end.finding.outcome is Outcome.FAILS:
                told = f"{end.finding.actual} for {name} = {value!r}"
                yield Finding(f"fails over a wrong {name}", name, "4xx", told[:300], outcome=Outcome.FAILS)

    return judged
