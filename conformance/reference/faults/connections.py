"""Faults in reading requests that HTTP allows to be sent in other ways than the usual one, and in handling connections."""

from __future__ import annotations

from dataclasses import replace

from conformance.reference.errors import unreadable
from conformance.reference.faults.parts import GITHUB
from conformance.reference.faults.registry import fault
from conformance.reference.values import Asked, Object, Reply


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
