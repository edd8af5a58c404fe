"""A request as a line for the shell, so that anybody sees the same bytes without this suite."""

from __future__ import annotations

import base64
import json
import re
import shlex
from dataclasses import replace

from conformance.messages import MANNERS, Exchange, Request
from conformance.model import Target
from conformance.redaction import TELLING

_MANNERS = {
    "chunked": ["-H", "'Transfer-Encoding: chunked'"],
    "expect": ["-H", "'Expect: 100-continue'"],
    "http/1.0": ["--http1.0"],
    "close": ["-H", "'Connection: close'"],
    "slow": ["--limit-rate", "4k"],
    "reuse": [],
    "compressed": ["--compressed", "-H", "'Accept-Encoding: gzip'"],
}
"""Odd ways to speak HTTP, as far as curl can be told to."""

_METHODS = {"HEAD": ["--head"]}
"""Methods whose answers have another form, so that curl has to know."""

_LONGEST = 100_000
"""Characters of a body that a program takes as one argument; more has to go through a pipe."""


_OF_A_CONNECTION = TELLING | {
    "accept-encoding",
    "connection",
    "content-encoding",
    "content-length",
    "expect",
    "host",
    "te",
    "transfer-encoding",
}
"""Headers of a recorded request that whoever sends it again has to make anew."""

_BELOW = re.compile(r"(?P<base>.*?)(?P<path>/(chat/completions|completions|embeddings|responses|models(/[^/]*)?)/?)", re.DOTALL)


def sent_again(target: Target, exchange: Exchange) -> tuple[Target, Request]:
    """The server and the request that lead to an exchange once more. Of a recording that is the host that the recorder tells,
    with a key of its own; of a run it is what there is.
    """
    request, host = exchange.request, str(exchange.source.get("host") or "HOST")
    if target.base_url:
        return target, request
    parts = _BELOW.fullmatch(request.path)
    base, path = (parts["base"], parts["path"]) if parts else ("", request.path)
    scheme = "http" if re.search(r":(?!443$)\d+$|^localhost$", host) else "https"
    headers = tuple(pair for pair in request.headers if pair[0].lower() not in _OF_A_CONNECTION)
    return replace(target, base_url=f"{scheme}://{host}{base}", key_configured=True), replace(request, path=path, headers=headers)


def curl_line(target: Target, request: Request) -> str:
    """A curl line for POSIX shells that sends the request. The key is read from the environment, never spelled out."""
    url = f"{target.base_url.rstrip('/')}/{request.path.lstrip('/')}" + (f"?{request.query}" if request.query else "")
    manner = request.setup.manner
    urls = [shlex.quote(_visible(url))] * (2 if manner == "reuse" else 1)
    words = [
        "curl",
        "-sS",
        "-i",
        "-N",
        "--max-time",
        "60",
        *_METHODS.get(request.method, ["-X", request.method]),
        *urls,
        *_MANNERS.get(manner, []),
    ]
    for name, value in request.headers:
        words += ["-H", shlex.quote(_visible(f"{name}: {value}"))]
    if request.json is not None and not any(name.lower() == "content-type" for name, _ in request.headers):
        words += ["-H", "'Content-Type: application/json'"]
    words += _authorization(target, request)
    return " ".join(_with_body(words, request)) + _unsaid(manner)


def _unsaid(manner: str) -> str:
    """A remark on what a line for curl leaves out."""
    return f" # but {MANNERS[manner]}" if manner in MANNERS and manner not in _MANNERS else ""


def _authorization(target: Target, request: Request) -> list[str]:
    how = request.setup.authorization
    if how == "given":
        return ["-H", f'"Authorization: Bearer ${target.key_variable}"'] if target.key_configured else []
    scheme = how.removesuffix(" {key}")
    if scheme != how and scheme.isascii() and scheme.isalpha():  # nothing else may stand in double quotes
        return ["-H", f'"Authorization: {scheme} ${target.key_variable}"']
    return [] if how == "none" else ["-H", shlex.quote(_visible(f"Authorization: {how}"))]


def _with_body(words: list[str], request: Request) -> list[str]:
    if request.body is None:
        text = None if request.json is None else json.dumps(request.json)
    else:
        text = request.body.decode("ascii", "replace")
    if text is None:
        return words
    if request.body is not None and not (len(text) <= _LONGEST and request.body.isascii() and text.isprintable()):
        encoded = base64.b64encode(request.body).decode()
        return ["echo", encoded, "|", "base64", "-d", "|", *words, "--data-binary", "@-"]
    return [*words, "--data-binary", shlex.quote(text)]


def _visible(text: str) -> str:
    return "".join(letter if letter.isprintable() else "?" for letter in text)
