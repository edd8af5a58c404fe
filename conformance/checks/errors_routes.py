"""Paths and methods that the API does not have.

https://www.rfc-editor.org/rfc/rfc9110#section-15.5
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

from conformance import calls
from conformance.effects import unless_refused
from conformance.messages import Request, Send
from conformance.model import Level, Noted, Outcome, Seen, Target
from conformance.registry import check
from conformance.wire import read_json

STATUS = "https://www.rfc-editor.org/rfc/rfc9110#section-15.5"
STORED = "https://platform.openai.com/docs/api-reference/chat/list"


@check("errors.route.unknown", "refuses a path that does not exist", Level.MUST, "errors.route", STATUS)
def unknown_route(target: Target, send: Send) -> Noted:
    """Asks for a path that no server has, with GET and with POST: a 200 there, a web page as a rule, is taken for an answer
    by clients that were set up with a wrong base URL.
    """
    posted = replace(calls.wrong(target), path="/no/such/path")
    for request in (posted, Request("GET", "/no/such/path", wrong=True)):
        for finding in unless_refused(send(request), f"answers a {request.method} to a path that does not exist"):
            yield replace(finding, outcome=Outcome.DIFFERS) if finding.outcome is Outcome.IGNORED else finding


@check(
    "errors.method.delete-chat", "refuses a method that the chat endpoint does not have", Level.SHOULD, "errors.method", STATUS
)
def deleted_chat(_: Target, send: Send) -> Noted:
    """Sends DELETE to the chat endpoint; any 4xx or 501 will do."""
    yield from unless_refused(send(Request("DELETE", "/chat/completions", wrong=True)), "answers a DELETE")


OTHERS: Mapping[str, tuple[str, str, str]] = {
    "put-chat": ("PUT", "/chat/completions", "the chat endpoint"),
    "post-models": ("POST", "/models", "the list of models"),
    "delete-models": ("DELETE", "/models", "the list of models"),
    "post-model": ("POST", "/models/no-such-model-4711", "a model"),
}
"""Methods and paths that do not belong together, by the last part of the check's id. No model that exists is to be deleted."""


def _refusing(method: str, path: str) -> Callable[[Target, Send], Noted]:
    def refuse(_: Target, send: Send) -> Noted:
        yield from unless_refused(send(Request(method, path, json={}, wrong=True)), f"answers a {method}")

    refuse.__doc__ = f"Sends {method} to {path}; any 4xx or 501 will do."
    return refuse


for _name, (_method, _path, _what) in OTHERS.items():
    check(f"errors.method.{_name}", f"refuses a {_method} on {_what}", Level.SHOULD, "errors.method", STATUS)(
        _refusing(_method, _path)
    )


@check("errors.route.beside", "refuses paths beside those that exist", Level.MUST, "errors.route", STATUS, revision=2)
def beside(target: Target, send: Send) -> Noted:
    """Asks for paths of one letter too many, that no server has of its own. A 200 there hides a slip in a client's settings."""
    posted = replace(calls.wrong(target), path="/chat/completionss")
    for request in (posted, Request("GET", "/modelss", wrong=True)):
        for finding in unless_refused(send(request), f"answers a {request.method} of {request.path}"):
            yield replace(finding, outcome=Outcome.DIFFERS) if finding.outcome is Outcome.IGNORED else finding


@check("errors.method.get-chat", "refuses a GET on the chat endpoint", Level.SHOULD, "http.get-chat", STORED)
def got_chat(_: Target, send: Send) -> Noted:
    """Sends GET to the chat endpoint. OpenAI itself lists stored completions there, so a list is as good as a refusal."""
    exchange = send(Request("GET", "/chat/completions", wrong=True))
    yield Seen("status", exchange.status)
    value = read_json(exchange.body).value
    if not (isinstance(value, dict) and value.get("object") == "list"):
        yield from unless_refused(exchange, "answers a GET")
