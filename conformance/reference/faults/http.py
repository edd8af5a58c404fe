"""Faults in statuses, methods, paths and labels."""

from __future__ import annotations

import json
from dataclasses import replace

from conformance.reference.errors import envelope, wrong_content_type
from conformance.reference.faults.parts import GITHUB, streamed
from conformance.reference.faults.registry import fault
from conformance.reference.values import Asked, Object, Refused, Reply

_PAGE = b"<!doctype html><html><head><title>Chat</title></head><body></body></html>"


def _page(reply: Reply, status: int) -> Reply:
    return replace(reply, status=status, headers=(("content-type", "text/html"), *reply.headers[1:]), frames=(_PAGE,))


@fault(
    "page-for-unknown-paths",
    seen=GITHUB + "neavo/LinguaGacha/issues/137",
    on="reply",
    speaks=("errors.route.unknown", "errors.route.beside"),
    also=("http.json",),
)
def page_for_unknown_paths(reply: Reply, asked: Asked) -> Reply:
    """Answers unknown paths with its web page and 200."""
    known = asked.path in ("/chat/completions", "/models") or asked.path.startswith(("/models/", "/fine_tuning"))
    return reply if known else _page(reply, 200)


@fault(
    "page-for-other-methods",
    seen=GITHUB + "lmstudio-ai/lmstudio-bug-tracker/issues/443",
    on="reply",
    speaks=("errors.method.get-chat", "errors.method.delete-chat", "errors.method.put-chat"),
    also=("http.json",),
)
def page_for_other_methods(reply: Reply, asked: Asked) -> Reply:
    """Answers other methods than POST on the chat endpoint with a web page and 200."""
    return _page(reply, 200) if asked.method != "POST" and asked.path == "/chat/completions" else reply


@fault("json-labelled-plain", seen=GITHUB + "EricLBuehler/mistral.rs/issues/79", on="reply", speaks=("http.content-type",))
def json_labelled_plain(reply: Reply, asked: Asked) -> Reply:
    """Calls JSON text/plain."""
    if streamed(asked) or reply.status >= 400:
        return reply
    return replace(reply, headers=(("content-type", "text/plain; charset=utf-8"), *reply.headers[1:]))


@fault(
    "json-labelled-with-charset",
    seen=GITHUB + "ggml-org/llama.cpp/pull/4501",
    on="reply",
    speaks=("http.content-type.exact",),
)
def json_labelled_with_charset(reply: Reply, asked: Asked) -> Reply:
    """Calls JSON Latin-1; the report is of clients that took it for that where nothing was said."""
    if streamed(asked):
        return reply
    return replace(reply, headers=(("content-type", "application/json; charset=iso-8859-1"), *reply.headers[1:]))


@fault("done-after-json", seen=GITHUB + "decolua/9router/issues/3492", on="reply", speaks=("http.json",), also=("*",))
def done_after_json(reply: Reply, asked: Asked) -> Reply:
    """Ends a plain answer as if it were a stream."""
    if streamed(asked) or reply.status != 200 or asked.method != "POST":
        return reply
    return replace(reply, frames=(*reply.frames, b"\ndata: [DONE]\n\n"))


@fault("keys-twice", seen=GITHUB + "tinyhumansai/openhuman/issues/4204", on="reply", speaks=("http.json",))
def keys_twice(reply: Reply, asked: Asked) -> Reply:
    """Writes a member twice into one object."""
    if streamed(asked) or not reply.frames[0].startswith(b"{"):
        return reply
    return replace(reply, frames=(reply.frames[0].replace(b"{", b'{\n  "object": "list",', 1),))


@fault("nothing-is-lost", seen=GITHUB + "NVIDIA-NeMo/Switchyard/issues/541", on="reply", speaks=("chat.create",), also=("*",))
def nothing_is_lost(reply: Reply, asked: Asked) -> Reply:
    """Closes the connection without an answer."""
    return replace(reply, frames=(), lost=True) if asked.method == "POST" and reply.status == 200 else reply


@fault("charset-refused", seen=GITHUB + "phodal/auto-dev/issues/289", on="sent", speaks=("errors.content-type.charset",))
def charset_refused(sent: Object, asked: Asked) -> Object:
    """Refuses JSON that names its charset."""
    media = asked.headers.get("content-type", "")
    if "charset" in media:
        raise wrong_content_type(media)
    return sent


@fault(
    "other-content-types-crash",
    seen=GITHUB + "lmstudio-ai/lmstudio-bug-tracker/issues/443",
    on="refused",
    speaks=("errors.content-type.form", "errors.content-type.plain", "errors.status.client"),
)
def other_content_types_crash(refused: Refused) -> Refused:
    """Answers 500 for bodies of another content type."""
    return Refused(500, envelope("no JSON", "server_error")) if refused.status == 415 else refused


@fault(
    "fine-tuning-absent", seen=GITHUB + "ollama/ollama/blob/1b272d5bc/docs/openai.md", on="reply", speaks=("fine_tuning.jobs",)
)
def fine_tuning_absent(reply: Reply, asked: Asked) -> Reply:
    """Has no fine-tuning."""
    if not asked.path.startswith("/fine_tuning"):
        return reply
    body: Object = {"error": {"message": "404 page not found", "type": "invalid_request_error", "param": None, "code": None}}
    return replace(reply, status=404, frames=(json.dumps(body).encode(),))
