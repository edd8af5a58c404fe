"""Faults in reading requests that HTTP allows to be sent in other ways than the usual one, and in handling connections."""

from __future__ import annotations

from dataclasses import replace

from conformance.reference.errors import envelope, unknown_route, unreadable
from conformance.reference.faults.parts import GITHUB
from conformance.reference.faults.registry import fault
from conformance.reference.values import Asked, Object, Refused, Reply


def refused(reply: Reply, status: int) -> Reply:
    """An empty refusal in the place of a reply."""
    return replace(reply, status=status, frames=(b"",))


@fault("chunks-not-read", seen=GITHUB + "antirez/ds4/pull/423", on="sent", speaks=("http.chunked.accepted",))
def chunks_not_read(sent: Object, asked: Asked) -> Object:
    """Reads no body where its length is not told."""
    if "transfer-encoding" in asked.headers:
        raise unreadable()
    return sent


@fault(
    "expectation-refused",
    seen=GITHUB + "zhangyachen/zhangyachen.github.io/issues/90",
    on="reply",
    speaks=("http.expect.answered",),
)
def expectation_refused(reply: Reply, asked: Asked) -> Reply:
    """Answers 417 to who waits for leave to send the body."""
    return refused(reply, 417) if "expect" in asked.headers else reply


@fault("older-version-refused", seen=GITHUB + "langflow-ai/langflow/issues/9010", on="reply", speaks=("http.older.answered",))
def older_version_refused(reply: Reply, asked: Asked) -> Reply:
    """Wants HTTP/1.1."""
    return refused(reply, 426) if asked.version == "1.0" else reply


@fault(
    "header-names-in-lower-case-lost",
    seen=GITHUB + "BiAtoms/Http.swift/issues/19",
    on="sent",
    speaks=("http.headers.lower-case",),
)
def lower_case_lost(sent: Object, asked: Asked) -> Object:
    """Finds no header whose name is in lower case, and so no body."""
    if asked.names == "lower":
        raise unreadable()
    return sent


@fault(
    "header-names-in-upper-case-lost",
    seen=GITHUB + "eidheim/Simple-Web-Server/issues/35",
    on="sent",
    speaks=("http.headers.upper-case",),
)
def upper_case_lost(sent: Object, asked: Asked) -> Object:
    """Finds no header whose name is in upper case, and so no body."""
    if asked.names == "upper":
        raise unreadable()
    return sent


@fault(
    "requests-out-of-step",
    seen=GITHUB + "JustVugg/colibri/pull/610",
    on="reply",
    speaks=("http.connection.reuse", "http.connection.reuse-stream"),
)
def out_of_step(reply: Reply, asked: Asked) -> Reply:
    """Takes what is left of a request for the beginning of the next on the same connection."""
    return refused(reply, 400) if asked.turn > 1 else reply


@fault(
    "connection-dropped-behind-stream",
    seen=GITHUB + "NousResearch/hermes-agent/issues/82805",
    on="reply",
    speaks=("http.connection.reuse-stream",),
)
def dropped_behind_stream(reply: Reply) -> Reply:
    """Closes the connection behind a stream and does not say so. Only in this process."""
    return replace(reply, drops=len(reply.frames) > 1)


@fault(
    "connection-dropped-behind-answer",
    seen=GITHUB + "matsumotory/mruby-simplehttpserver/pull/22",
    on="reply",
    speaks=("http.connection.reuse",),
)
def dropped_behind_answer(reply: Reply) -> Reply:
    """Closes the connection behind a plain answer and does not say so. Only in this process."""
    return replace(reply, drops=len(reply.frames) == 1)


@fault(
    "connection-kept-against-wish",
    seen=GITHUB + "swift-server/swift-http-server/issues/119",
    on="reply",
    speaks=("http.connection.close",),
)
def kept_against_wish(reply: Reply) -> Reply:
    """Does not read what the client says about the connection. Only in this process."""
    return replace(reply, keeps=True)


@fault(
    "gzip-in-name-only",
    seen=GITHUB + "freelensapp/freelens-ai-extension/issues/272",
    on="reply",
    speaks=("http.compression.plain",),
)
def gzip_in_name_only(reply: Reply, asked: Asked) -> Reply:
    """Passes the label of a compressed answer on, having unpacked it."""
    if "gzip" not in asked.headers.get("accept-encoding", ""):
        return reply
    return replace(reply, headers=(*reply.headers, ("content-encoding", "gzip")))


@fault("gzip-holds-streams-back", seen=GITHUB + "tower-rs/tower-http/issues/419", on="reply", speaks=("http.compression.stream",))
def gzip_holds_streams_back(reply: Reply, asked: Asked) -> Reply:
    """Compresses streams without flushing."""
    if asked.headers.get("accept-encoding") != "gzip" or len(reply.frames) < 2:
        return reply
    return replace(reply, first=reply.first + reply.pause * len(reply.frames), frames=(b"".join(reply.frames),))


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
