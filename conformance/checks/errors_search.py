"""A search for values that a server stumbles over: every field of a request with values of every JSON type that it cannot have.

The types follow from OpenAI's request schema, the values are drawn, and what breaks a server is shrunk. A 5xx or a lost
connection tells clients that the server is at fault, and the official ones send the request again, twice.
https://platform.openai.com/docs/guides/error-codes
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from conformance import calls
from conformance.answers import ensure_success, given, is_ok
from conformance.endpoints import is_error
from conformance.evidence import shown
from conformance.falsify import counterexample, drawn, wrong_kinds
from conformance.messages import Exchange, Json, Request, Send
from conformance.model import Ended, Finding, Level, Noted, Outcome, Target, Unclear
from conformance.registry import check
from conformance.schema import named_schema
from conformance.wire import read_json

ERRORS = "https://platform.openai.com/docs/guides/error-codes"

EXAMPLES = 3
MOST_REQUESTS = 8
"""For the shrinking of one value."""

MOST_SHRUNK, MOST_LOST = 5, 3
"""So many values are made simple, and so many answers that never came are waited for."""

Wrong = tuple[str, str, Json]
"""A field, the JSON type of a value that it cannot have, and the value."""


def wrong_values() -> Iterator[Wrong]:
    """One value of every wrong type for every field, the same ones in every run."""
    document = named_schema("chat.request")
    for place, name in enumerate(document["properties"]):
        for kind in wrong_kinds(name, document):
            values = drawn(kind)
            yield name, kind, values[place % len(values)]


def asking(target: Target, name: str, value: Json) -> Request:
    """A request of one token with a wrong value."""
    short = {"max_tokens": 1, "max_completion_tokens": 1} if name == "max_tokens" else {"max_tokens": 1}
    return calls.wrong(target, **{**short, name: value})


@check(
    "errors.wrong-type.search",
    "never fails over a value of a wrong JSON type",
    Level.MUST,
    "errors.wrong-type",
    ERRORS,
    revision=2,
)
def search(target: Target, send: Send) -> Noted:
    """Sends every one of the 37 fields with a value of every JSON type that OpenAI's schema does not give it, the same ones in
    every run, and shrinks what fails. Refusing and taking are judged elsewhere.
    """
    given(send, calls.chat(target))
    seeking = Seeking(target, send)
    failing: set[str] = set()
    for name, kind, value in wrong_values():
        if name not in failing and seeking.lost < MOST_LOST:
            found = seeking.about(name, kind, value)
            failing |= {name} if found else set()
            yield from found


@dataclass
class Seeking:
    """What the search knows of a server so far: values made simple, and answers that never came."""

    target: Target
    send: Send
    shrunk: int = 0
    lost: int = 0

    def about(self, name: str, kind: str, value: Json) -> list[Finding]:
        """The finding about a value of a field, as simple as may be, if it makes the server fail."""
        exchange = self.send(asking(self.target, name, value))
        found = list(_failing(exchange, name, value))
        if not found or exchange.status is None or self.shrunk >= MOST_SHRUNK:
            self.lost += bool(found) and exchange.status is None
            return found
        self.shrunk += 1
        return list(counterexample((kind,), lambda one: self._judged(name, one), EXAMPLES, MOST_REQUESTS)) or found

    def _judged(self, name: str, value: Json) -> Iterator[Finding]:
        return _failing(self.send(asking(self.target, name, value)), name, value)


def _failing(exchange: Exchange, name: str, value: Json) -> Iterator[Finding]:
    try:
        ensure_success(exchange)
    except Unclear:
        return
    except Ended as end:
        if end.finding.outcome is Outcome.FAILS:
            told = f"{end.finding.actual} for {name} = {value!r}"
            yield Finding(f"fails over a wrong {name}", f"$.{name}", "4xx", shown(told, 300), outcome=Outcome.FAILS)


@check("errors.wrong-type.every", "refuses every value of a wrong JSON type", Level.MAY, "errors.wrong-type", ERRORS)
def every(target: Target, send: Send) -> Noted:
    """Looks at the answers to the same requests for values that are taken without a word. Many servers bring values into the
    right type, or read no more of a request than they use: no client breaks, but a slip of the pen stays unnoticed.
    """
    given(send, calls.chat(target))
    taken: dict[str, dict[str, Json]] = {}
    for name, kind, value in wrong_values():
        exchange = send(asking(target, name, value))
        if is_ok(exchange) and not is_error(read_json(exchange.body).value):
            taken.setdefault(kind, {})[name] = value
    for kind, values in taken.items():
        first, value = next(iter(values.items()))
        told = shown(f"2xx for {first} = {value!r}", 120) + f"; of this type were taken {', '.join(values)}"
        yield Finding(f"takes values of the type {kind} where OpenAI has none", "$", "4xx", told, outcome=Outcome.IGNORED)
