"""Faults in what must not matter about a request: headers, its query, the spelling of its path, its size; and in headers of
answers that clients compute with.
"""

from __future__ import annotations

import json
from dataclasses import replace

from conformance.reference.errors import envelope, unknown_route
from conformance.reference.faults.connections import refused
from conformance.reference.faults.parts import GITHUB
from conformance.reference.faults.registry import fault
from conformance.reference.values import Asked, Object, Refused, Reply


@fault("query-part-of-path", seen=GITHUB + "vllm-project/aibrix/pull/2775", on="sent", speaks=("http.query.ignored",))
def query_part_of_path(sent: Object, asked: Asked) -> Object:
    """Looks for the path with its query among those that it has."""
    if asked.query:
        raise unknown_route(asked.method, f"{asked.path}?{asked.query}")
    return sent


@fault("path-not-decoded", seen=GITHUB + "ollama/ollama/issues/10139", on="model", speaks=("http.path.encoded",))
def path_not_decoded(model: Object, asked: Asked) -> Object:
    """Takes percent signs in paths for letters of a name."""
    if "%" in asked.path:
        raise unknown_route(asked.method, asked.path)
    return model


@fault(
    "slash-opens-page", seen=GITHUB + "neavo/LinguaGacha/issues/137", on="reply", speaks=("http.path.slash",), also=("http.json",)
)
def slash_opens_page(reply: Reply, asked: Asked) -> Reply:
    """Answers a path that ends with a slash with its web page and 200."""
    if not asked.path.endswith("/"):
        return reply
    return Reply(200, (("content-type", "text/html"), *reply.headers[1:]), (b"<!doctype html><title>Chat</title>",))


@fault(
    "unknown-paths-are-successes",
    seen=GITHUB + "microsoft/agent-framework/issues/2438",
    on="reply",
    speaks=("errors.route.unknown",),
    also=("errors.envelope",),
)
def unknown_paths_are_successes(reply: Reply, asked: Asked) -> Reply:
    """Answers a path that does not exist with 200, and with an error for a body."""
    if reply.status != 404 or asked.path.startswith(("/models", "/chat/completions", "/fine_tuning")):
        return reply
    body = json.dumps({"error": f"Unexpected endpoint or method. ({asked.method} {asked.path})"}).encode()
    return replace(reply, status=200, frames=(body,))


@fault("head-not-allowed", seen=GITHUB + "headroomlabs-ai/headroom/issues/2032", on="reply", speaks=("http.head.models",))
def head_not_allowed(reply: Reply, asked: Asked) -> Reply:
    """Has no HEAD."""
    return refused(reply, 405) if asked.method == "HEAD" else reply


@fault("long-headers-refused", seen=GITHUB + "kserve/models-web-app/pull/159", on="reply", speaks=("http.headers.long",))
def long_headers_refused(reply: Reply, asked: Asked) -> Reply:
    """Answers 431 to a header of four thousand characters."""
    return refused(reply, 431) if any(len(value) > 2048 for value in asked.headers.values()) else reply


@fault(
    "unknown-headers-refused",
    seen=GITHUB + "decolua/9router/issues/597",
    on="sent",
    speaks=("http.headers.unknown",),
)
def unknown_headers_refused(sent: Object, asked: Asked) -> Object:
    """Blocks what the official clients send of their own."""
    if "x-stainless-lang" in asked.headers:
        raise Refused(403, envelope("Your request was blocked."))
    return sent


@fault(
    "large-bodies-not-found",
    seen=GITHUB + "mnfst/llm-gateway/issues/2126",
    on="reply",
    speaks=("http.size.padded",),
    also=("errors.envelope",),
)
def large_bodies_not_found(reply: Reply, asked: Asked) -> Reply:
    """Answers 404 to bodies of more than a megabyte."""
    return _too_large(reply, asked, 404, 2**20, b'{"message": "Cannot POST /v1/chat/completions", "error": "Not Found"}')


@fault(
    "large-bodies-refused-in-text",
    seen=GITHUB + "huggingface/text-generation-inference/issues/1802",
    on="reply",
    speaks=("http.size.padded",),
)
def large_bodies_refused_in_text(reply: Reply, asked: Asked) -> Reply:
    """Refuses bodies of two megabytes in words that are no JSON."""
    return _too_large(reply, asked, 413, 2 * 2**20, b"Failed to buffer the request body: length limit exceeded")


@fault("bodies-of-images-refused", seen=GITHUB + "polly3d/mockai/issues/14", on="reply", speaks=("http.size.padded",))
def bodies_of_images_refused(reply: Reply, asked: Asked) -> Reply:
    """Refuses bodies of a hundred kilobytes."""
    return _too_large(reply, asked, 413, 100 * 2**10, b"request entity too large")


def _too_large(reply: Reply, asked: Asked, status: int, most: int, body: bytes) -> Reply:
    if len(asked.body) <= most:
        return reply
    return replace(reply, status=status, headers=(("content-type", "text/plain"), *reply.headers[1:]), frames=(body,))


@fault(
    "retry-after-fraction", seen=GITHUB + "SpaceTradersAPI/api-docs/issues/24", on="refused", speaks=("http.retry-after.form",)
)
def retry_after_fraction(refused: Refused) -> Refused:
    """Says in fractions of a second when to come again."""
    return Refused(refused.status, refused.body, (*refused.headers, ("retry-after", "0.493")))


@fault("limits-in-words", seen=GITHUB + "weaviate/weaviate/pull/7562", on="reply", speaks=("http.rate-limits.form",))
def limits_in_words(reply: Reply) -> Reply:
    """Tells limits that are none."""
    told = (
        ("x-ratelimit-limit-requests", "None"),
        ("x-ratelimit-remaining-requests", ""),
        ("x-ratelimit-reset-requests", "soon"),
    )
    return replace(reply, headers=(*reply.headers, *told))


@fault(
    "request-id-always-the-same", seen=GITHUB + "vllm-project/vllm/issues/9593", on="reply", speaks=("http.request-id.unique",)
)
def request_id_same(reply: Reply) -> Reply:
    """Gives every answer one id."""
    return replace(reply, headers=tuple((name, "req_1" if name == "x-request-id" else value) for name, value in reply.headers))


@fault(
    "told-nothing-of-itself",
    seen=GITHUB + "labring/aiproxy/pull/638",
    on="reply",
    speaks=("http.processing-ms.number", "http.version.date"),
)
def tells_nothing(reply: Reply) -> Reply:
    """Has none of the headers by which OpenAI's API tells about an answer."""
    return replace(reply, headers=tuple(pair for pair in reply.headers if not pair[0].startswith("openai-")))
