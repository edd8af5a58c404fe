"""Faults that only pages in a browser suffer from."""

from __future__ import annotations

import json
from dataclasses import replace

from conformance.reference.browsers import is_preflight
from conformance.reference.errors import missing
from conformance.reference.faults.parts import GITHUB
from conformance.reference.faults.registry import fault
from conformance.reference.values import Asked, Reply

_CORS = "access-control-"
PREFLIGHTS = ("http.cors.preflight", "http.cors.preflight-models")


def _instead(reply: Reply, **said: str) -> Reply:
    """The reply with other headers about origins; an underscore stands for a hyphen, "" takes a header away."""
    changed = {_CORS + name.replace("_", "-"): value for name, value in said.items()}
    kept = tuple(pair for pair in reply.headers if pair[0] not in changed)
    return replace(reply, headers=(*kept, *((name, value) for name, value in changed.items() if value)))


def _refused(reply: Reply, status: int) -> Reply:
    kept = tuple(pair for pair in reply.headers if not pair[0].startswith(_CORS))
    return replace(reply, status=status, headers=(("content-type", "text/plain"), *kept), frames=(b"",))


@fault("preflight-unknown", seen=GITHUB + "bricks-cloud/BricksLLM/issues/45", on="reply", speaks=PREFLIGHTS)
def preflight_unknown(reply: Reply, asked: Asked) -> Reply:
    """Has no OPTIONS on any path."""
    return _refused(reply, 404) if is_preflight(asked) else reply


@fault("preflight-not-allowed", seen=GITHUB + "pinecone-io/canopy/issues/284", on="reply", speaks=PREFLIGHTS)
def preflight_not_allowed(reply: Reply, asked: Asked) -> Reply:
    """Allows no OPTIONS."""
    return _refused(reply, 405) if is_preflight(asked) else reply


@fault("preflight-of-chat-not-allowed", seen=GITHUB + "sgl-project/sglang/issues/768", on="reply", speaks=PREFLIGHTS[:1])
def preflight_of_chat_not_allowed(reply: Reply, asked: Asked) -> Reply:
    """Allows no OPTIONS on the chat endpoint."""
    return _refused(reply, 405) if is_preflight(asked) and asked.path == "/chat/completions" else reply


@fault("preflight-of-models-not-allowed", seen=GITHUB + "madroidmaq/mlx-omni-server/issues/72", on="reply", speaks=PREFLIGHTS[1:])
def preflight_of_models_not_allowed(reply: Reply, asked: Asked) -> Reply:
    """Allows no OPTIONS on the list of models."""
    return _refused(reply, 405) if is_preflight(asked) and asked.path == "/models" else reply


@fault("preflight-taken-for-post", seen=GITHUB + "lmstudio-ai/lmstudio-bug-tracker/issues/443", on="reply", speaks=PREFLIGHTS[:1])
def preflight_taken_for_post(reply: Reply, asked: Asked) -> Reply:
    """Misses the messages in a preflight."""
    if not is_preflight(asked):
        return reply
    body = json.dumps(missing("messages").body).encode()
    return replace(_refused(reply, 400), headers=(("content-type", "application/json"), *reply.headers), frames=(body,))


@fault("authorization-not-allowed", seen=GITHUB + "ddutchie/cairn/pull/142", on="reply", speaks=PREFLIGHTS)
def authorization_not_allowed(reply: Reply, asked: Asked) -> Reply:
    """Answers preflights without Authorization among the headers allowed."""
    return _instead(reply, allow_headers="Origin,Content-Length,Content-Type") if is_preflight(asked) else reply


@fault(
    "invented-header-not-allowed",
    seen=GITHUB + "logancyang/obsidian-copilot/issues/2877",
    on="reply",
    speaks=("http.cors.stainless",),
)
def invented_header_not_allowed(reply: Reply, asked: Asked) -> Reply:
    """Allows the headers that it knows, and none that a program adds."""
    wanted = asked.headers.get("access-control-request-headers", "").split(",")
    known = ",".join(name for name in wanted if "probe" not in name)
    return _instead(reply, allow_headers=known) if is_preflight(asked) else reply


@fault("new-client-headers-not-allowed", seen=GITHUB + "ollama/ollama/issues/8342", on="reply", speaks=("http.cors.stainless",))
def new_client_headers_not_allowed(reply: Reply, asked: Asked) -> Reply:
    """Allows the official client's headers of last year."""
    known = "authorization,content-type,x-stainless-lang,x-stainless-package-version,x-stainless-os,x-stainless-arch"
    return _instead(reply, allow_headers=known) if is_preflight(asked) else reply


@fault("star-for-all-headers", seen=GITHUB + "mostlygeek/llama-swap/issues/81", on="reply", speaks=("http.cors.wildcard",))
def star_for_all_headers(reply: Reply, asked: Asked) -> Reply:
    """Allows every header by a star."""
    return _instead(reply, allow_headers="*") if is_preflight(asked) else reply


@fault("credentials-for-anybody", seen=GITHUB + "ggml-org/llama.cpp/issues/4511", on="reply", speaks=("http.cors.credentials",))
def credentials_for_anybody(reply: Reply, asked: Asked) -> Reply:
    """Allows credentials and any origin at once."""
    return _instead(reply, allow_credentials="true") if is_preflight(asked) else reply


@fault(
    "origins-unheard-of",
    seen=GITHUB + "nomic-ai/gpt4all/issues/3483",
    on="reply",
    speaks=(*PREFLIGHTS, "http.cors.answer"),
)
def origins_unheard_of(reply: Reply, asked: Asked) -> Reply:
    """Knows nothing of pages."""
    if is_preflight(asked):
        return _refused(reply, 404)
    return replace(reply, headers=tuple(pair for pair in reply.headers if not pair[0].startswith(_CORS)))


@fault("answers-closed-to-pages", seen=GITHUB + "cursor/cursor/issues/2871", on="reply", speaks=("http.cors.answer",))
def answers_closed_to_pages(reply: Reply, asked: Asked) -> Reply:
    """Answers preflights as it should, and names no origin in the answers themselves."""
    return reply if is_preflight(asked) else _instead(reply, allow_origin="")


@fault("errors-closed-to-pages", seen=GITHUB + "cursor/cursor/issues/2871", on="reply", speaks=("http.cors.error",))
def errors_closed_to_pages(reply: Reply) -> Reply:
    """Names no origin in refusals."""
    return _instead(reply, allow_origin="") if reply.status >= 400 else reply
