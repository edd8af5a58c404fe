"""What must not matter about a request: headers nobody knows, a query, the spelling of its path, its size.

https://www.rfc-editor.org/rfc/rfc9110 · https://www.rfc-editor.org/rfc/rfc3986#section-6
"""

from __future__ import annotations

from dataclasses import replace

from conformance import calls
from conformance.answers import answered, attempted, choices_of, ensure_success, ensure_unhurried, given, is_ok, object_of
from conformance.endpoints import is_error
from conformance.messages import Exchange, Send
from conformance.model import Finding, Level, Noted, Outcome, Seen, Target, Unclear
from conformance.registry import check
from conformance.wire import NOT_JSON, read_json

FIELDS = "https://www.rfc-editor.org/rfc/rfc9110#section-5.1"
LENGTHS = "https://www.rfc-editor.org/rfc/rfc9110#section-5.4"
QUERY = "https://www.rfc-editor.org/rfc/rfc3986#section-3.4"
UNRESERVED = "https://www.rfc-editor.org/rfc/rfc3986#section-6.2.2.2"
HEAD = "https://www.rfc-editor.org/rfc/rfc9110#section-9.3.2"
LARGE = "https://www.rfc-editor.org/rfc/rfc9110#section-15.5.14"

UNKNOWN = (
    ("X-Stainless-Lang", "python"),
    ("X-Stainless-Retry-Count", "0"),
    ("X-Stainless-Helper-Method", "stream"),
    ("X-Conformance-Probe", "1"),
)
"""What the official clients send of their own, and a header that nobody has ever sent. The names of an organization and a project
are not among them: OpenAI refuses those that it does not know.
"""

LONG = 4096
"""Characters of a long header: so long are tokens that name their holder's groups."""

PADDING = 9 * 2**18
"""Bytes of white space, two and a quarter MiB: an image in a message is as large."""


@check("http.headers.unknown", "answers whatever other headers come along", Level.MUST, "http.headers", FIELDS, revision=2)
def unknown_headers(target: Target, send: Send) -> Noted:
    """Sends headers of the official clients and an invented one."""
    control = calls.chat(target)
    choices_of(answered(send, replace(control, headers=UNKNOWN), control))
    yield from ()


@check("http.headers.long", "takes a header of four thousand characters", Level.SHOULD, "http.headers", LENGTHS)
def long_header(_: Target, send: Send) -> Noted:
    """Sends one long header. Servers may have a limit, but tokens of single sign-on are as long."""
    control = calls.models()
    ensure_success(attempted(send, replace(control, headers=(("X-Conformance-Probe", "a" * LONG),)), control))
    yield from ()


@check("http.query.ignored", "answers whatever query stands behind the path", Level.SHOULD, "http.query", QUERY)
def query(target: Target, send: Send) -> Noted:
    """Sends a query along with the path, as clients do that were made for Azure, or that are told to by `default_query`."""
    control = calls.chat(target)
    choices_of(answered(send, replace(control, query="api-version=2024-10-21&x=%2F"), control))
    yield from ()


@check("http.path.encoded", "reads a path however it is percent-encoded", Level.SHOULD, "http.path", UNRESERVED, revision=2)
def encoded(target: Target, send: Send) -> Noted:
    """Retrieves the tested model with its first letter percent-encoded, which is the same path; where no model can be retrieved,
    the list of models.
    """
    plain, first = calls.model(target.model), target.model[:1]
    if not is_ok(send(plain)):
        given(send, calls.models())
        object_of(send(replace(calls.models(), path="/%6Dodels")))
        return
    if not (first.isascii() and first.isalnum()):
        raise Unclear("the model's name begins with no letter to encode")
    wanted = given(send, plain).get("id")
    found = object_of(send(replace(plain, path=f"/models/%{ord(first):02X}{plain.path.removeprefix('/models/' + first)}")))
    if found.get("id") != wanted:
        yield Finding("another model is retrieved", "$.id", target.model, str(found.get("id"))[:200])


@check("http.path.slash", "answers a path with a slash at its end, or refuses it", Level.SHOULD, "http.path", UNRESERVED)
def slash(_: Target, send: Send) -> Noted:
    """Asks for the list of models with a slash behind the path: the list, a redirection and a refusal are all proper, a web page
    or a crash are not.
    """
    exchange = ensure_unhurried(send(replace(calls.models(), path="/models/", wrong=True)))
    yield Seen("status", exchange.status)
    if exchange.status is None or not 300 <= exchange.status < 500:
        ensure_success(exchange)
        value = read_json(exchange.body).value
        if value is NOT_JSON or is_error(value):
            yield Finding("answers a path with a slash with something else", "status", "the list, 3xx or 4xx", _told(exchange))


def _told(exchange: Exchange) -> str:
    return f"{exchange.status} {exchange.body[:120].decode('utf-8', 'replace')}"


@check("http.head.models", "answers HEAD as it answers GET, without the body", Level.MAY, "http.head", HEAD)
def head(_: Target, send: Send) -> Noted:
    """Sends HEAD for the list of models, as clients and monitors do to see whether a server is up."""
    control = calls.models()
    exchange = attempted(send, replace(control, method="HEAD"), control)
    yield Seen("status", exchange.status)
    ensure_success(exchange)


@check("http.size.padded", "takes a body of more than two megabytes", Level.SHOULD, "http.size", LARGE)
def padded(target: Target, send: Send) -> Noted:
    """Sends a small request with white space around its JSON until it is as large as one with an image. Whoever refuses that
    has to say 413: that there is no such path, or a page that is no JSON, misleads.
    """
    control = calls.chat(target)
    body = calls.spelled(control.json) + b" " * PADDING
    exchange = attempted(send, calls.raw_chat(body, wrong=False), control)
    yield Seen("status", exchange.status)
    if exchange.status == 404:
        yield Finding("calls the path of a large body unknown", "status", "2xx or 413", _told(exchange), outcome=Outcome.FAILS)
        return
    choices_of(object_of(exchange))
