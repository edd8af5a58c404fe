"""What pages of other origins need to speak to a server: answers to the browser's questions, and leave to read the answers.

The official client runs in browsers with `dangerouslyAllowBrowser`; OpenAI's own API lets it.
https://fetch.spec.whatwg.org/#http-cors-protocol
"""

from __future__ import annotations

from dataclasses import replace

from conformance import calls
from conformance.answers import attempted, ensure_success, ensure_unhurried, is_ok
from conformance.messages import Exchange, Request, Send, Setup
from conformance.model import Finding, Level, Noted, Seen, Target, Unclear
from conformance.registry import check

PROTOCOL = "https://fetch.spec.whatwg.org/#http-cors-protocol"
PREFLIGHT = "https://fetch.spec.whatwg.org/#cors-preflight-fetch"
WILDCARD = "https://fetch.spec.whatwg.org/#cors-non-wildcard-request-header-name"
CREDENTIALS = "https://fetch.spec.whatwg.org/#cors-protocol-and-credentials"

ORIGIN = "https://page.example"
NEEDED = ("authorization", "content-type")
"""Headers of every request of a browser that a preflight has to allow."""

OWN = (
    *("x-stainless-lang", "x-stainless-package-version", "x-stainless-os", "x-stainless-arch", "x-stainless-runtime"),
    *("x-stainless-runtime-version", "x-stainless-retry-count", "x-stainless-timeout", "x-stainless-helper-method"),
    *("openai-organization", "openai-project"),
)
"""What the official client for JavaScript sends of its own, as of November 2026."""

INVENTED = "x-conformance-probe"
"""A header that users add; lists of names that were allowed once never have it."""


def preflight(path: str, method: str) -> Request:
    """What a browser asks before the official client's request; it never sends a key here."""
    headers = (
        ("Origin", ORIGIN),
        ("Access-Control-Request-Method", method),
        ("Access-Control-Request-Headers", ",".join(sorted((*NEEDED, *OWN, INVENTED)))),
    )
    return Request("OPTIONS", path, headers=headers, setup=Setup(authorization="none"), wrong=True)


CHAT = preflight("/chat/completions", "POST")


def listed(exchange: Exchange, name: str) -> set[str]:
    """The words of a header that is a list, in lower case."""
    return {word.strip().lower() for word in (exchange.header(name) or "").split(",")} - {""}


def lets_in(exchange: Exchange) -> bool:
    """Whether a page of ORIGIN may read the answer."""
    return exchange.header("access-control-allow-origin") in ("*", ORIGIN)


def _judged(exchange: Exchange) -> Noted:
    """What is wrong with the answer to a preflight. Raises Ended where it is refused or lost."""
    origin = exchange.header("access-control-allow-origin")
    yield Seen("status", exchange.status)
    yield Seen("origin", origin)
    ensure_success(exchange)
    if not lets_in(exchange):
        yield Finding(
            "lets no page of another origin in", "Access-Control-Allow-Origin", f"* or {ORIGIN}", (origin or "absent")[:120]
        )
    allowed = listed(exchange, "access-control-allow-headers")
    missing = [name for name in NEEDED if name not in allowed]
    if missing and "*" not in allowed:
        yield Finding("forbids headers of every request", "Access-Control-Allow-Headers", ", ".join(missing), _short(allowed))


@check("http.cors.preflight", "lets pages of other origins ask for completions", Level.SHOULD, "http.cors", PREFLIGHT)
def preflight_of_chat(_: Target, send: Send) -> Noted:
    """Asks as a browser does before the official client's POST, without a key: a 2xx that names the origin, Authorization and
    Content-Type. Without that no page can use the server.
    """
    yield from _judged(send(CHAT))


@check("http.cors.preflight-models", "lets pages of other origins ask for models", Level.SHOULD, "http.cors", PREFLIGHT)
def preflight_of_models(_: Target, send: Send) -> Noted:
    """The same before a GET of the list of models."""
    yield from _judged(send(preflight("/models", "GET")))


@check("http.cors.stainless", "lets the official client's own headers in", Level.SHOULD, "http.cors", PREFLIGHT)
def own_headers(_: Target, send: Send) -> Noted:
    """Looks whether a preflight allows every header that the official client for JavaScript sends, and one that a user added:
    fixed lists of names break browsers with every new version of the client.
    """
    allowed = listed(_open(send(CHAT)), "access-control-allow-headers")
    missing = [name for name in (*OWN, INVENTED) if name not in allowed]
    if missing and "*" not in allowed:
        yield Finding(
            "forbids headers that clients send", "Access-Control-Allow-Headers", ", ".join(missing)[:300], _short(allowed)
        )


def _open(exchange: Exchange) -> Exchange:
    """A preflight that lets the page in. Raises Unclear for others, which are another check's finding."""
    if not is_ok(exchange) or not lets_in(exchange):
        raise Unclear("the server lets no page of another origin in")
    return exchange


def _short(words: set[str]) -> str:
    return ", ".join(sorted(words))[:300] or "absent"


@check("http.cors.wildcard", "names Authorization in what it allows", Level.MAY, "http.cors", WILDCARD)
def wildcard(_: Target, send: Send) -> Noted:
    """Looks for a preflight that allows `*` and does not name Authorization, which the star does not stand for. Browsers were
    still lenient in 2026, with warnings.
    """
    allowed = listed(_open(send(CHAT)), "access-control-allow-headers")
    if "*" in allowed and "authorization" not in allowed:
        yield Finding("leaves Authorization to a star", "Access-Control-Allow-Headers", "authorization", _short(allowed))


@check("http.cors.credentials", "names the origin where it allows credentials", Level.MAY, "http.cors", CREDENTIALS)
def credentials(_: Target, send: Send) -> Noted:
    """Looks for credentials allowed to any origin: browsers refuse that combination to pages that send cookies."""
    exchange = _open(send(CHAT))
    allowed = (exchange.header("access-control-allow-credentials") or "").strip().lower()
    if allowed == "true" and exchange.header("access-control-allow-origin") == "*":
        yield Finding("allows credentials to any origin", "Access-Control-Allow-Origin", ORIGIN, "*")


@check("http.cors.answer", "lets pages of other origins read its answers", Level.SHOULD, "http.cors", PROTOCOL)
def answer(_: Target, send: Send) -> Noted:
    """Sends the page's origin along: the answer names it, or anybody. Without that the page gets nothing of it."""
    control = calls.models()
    exchange = ensure_success(attempted(send, replace(control, headers=(("Origin", ORIGIN),)), control))
    yield from _read(exchange)


@check("http.cors.error", "lets pages of other origins read its errors", Level.SHOULD, "http.cors", PROTOCOL)
def error(target: Target, send: Send) -> Noted:
    """The same with a refusal: without it a page shows that the server is down in place of what was wrong."""
    if not lets_in(send(replace(calls.models(), headers=(("Origin", ORIGIN),)))):
        raise Unclear("the server lets no page of another origin in")
    exchange = ensure_unhurried(send(replace(calls.wrong(target, messages=...), headers=(("Origin", ORIGIN),))))
    if exchange.status is None or exchange.status < 400:
        raise Unclear("what is wrong with the request is not refused")
    yield from _read(exchange)


def _read(exchange: Exchange) -> Noted:
    if not lets_in(exchange):
        told = (exchange.header("access-control-allow-origin") or "absent")[:120]
        yield Finding("lets no page read the answer", "Access-Control-Allow-Origin", f"* or {ORIGIN}", told)
