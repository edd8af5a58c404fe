"""What api.openai.com answers besides chat completions, and what stands before it: no rule may hold it against anybody."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from canned.habits import recorded
from canned.making import COMPLETION, ERROR, Case, answer, changed, lines, spelled
from conformance.messages import Exchange

STREAMED = {"model": "m", "stream": True}
SSE = "text/event-stream; charset=utf-8"
TEXT = "text/plain; charset=UTF-8"
PAGE = "text/html"

KINDS = (
    (400, "invalid_request_error", "context_length_exceeded", "messages"),
    (400, "image_generation_user_error", "invalid_image_file", "images[0].image_url"),
    (401, "invalid_request_error", "invalid_api_key", None),
    (403, "request_forbidden", "unsupported_country_region_territory", None),
    (404, "invalid_request_error", "model_not_found", None),
    (405, "invalid_request_error", "method_not_supported", None),
    (409, "invalid_request_error", "resource_conflict", None),
    (429, "tokens", "rate_limit_exceeded", None),
    (429, "insufficient_quota", "insufficient_quota", None),
    (500, "server_error", None, None),
    (503, "server_error", None, None),
)
GATEWAYS = ((502, "cf_bad_gateway"), (503, "cf_service_unavailable"), (524, "cf_timeout"))
"""https://github.com/stanfordnlp/dspy/pull/203"""

UPSTREAM = b"upstream connect error or disconnect/reset before headers. reset reason: connection termination"
NGINX = b"<html>\r\n<body><center><h1>404 Not Found</h1></center>\r\n<hr><center>nginx</center></body></html>"
UNREAD = b"<html>\r\n<body><center><h1>400 Bad Request</h1></center>\r\n<hr><center>cloudflare</center>\r\n</body>\r\n</html>\r\n"
MOMENT = b"<!DOCTYPE html><html><title>Just a moment...</title><script src=/cdn-cgi/challenge-platform/h/b></script></html>"
UNKNOWN = b"<!DOCTYPE html><title>api.openai.com | 520: Web server is returning an unknown error</title>"

MODEL = {"id": "ada", "object": "model", "created": 1649357491, "owned_by": "openai"}
ALLOWED = MODEL | {"permission": [{"id": "modelperm-1"}], "root": "ada", "parent": None}
STORED = changed(COMPLETION, ("choices.0.message.tool_calls", None), ("choices.0.message.function_call", None))
WORDLESS = {
    "id": "cmpl-1",
    "object": "text_completion",
    "created": 1,
    "model": "m",
    "choices": [{"text": "", "index": 0, "logprobs": None, "finish_reason": None}],
    "usage": {"prompt_tokens": 5, "total_tokens": 5},
}
VECTORS = {"object": "list", "data": [{"object": "embedding", "index": 0, "embedding": "AACAPw=="}], "model": "m", "usage": {}}
RESPONSE = {"id": "resp_1", "object": "response", "status": "completed", "error": None, "output": []}
FAILED = RESPONSE | {"status": "failed", "error": {"code": "server_error", "message": "no"}}
KEEPING = b'event: response.created\ndata: {"type":"response.created"}\n\nevent: keepalive\ndata: {"type":"keepalive"}\n\n'
RUN = b"event: thread.run.created\ndata: {}\n\nevent: done\ndata: [DONE]\n\n"
COSTS = {"object": "page", "data": [], "has_more": False, "next_page": None}
OBJECTS = (
    ("GET", "/v1/engines", {"object": "list", "data": [{"object": "engine", "id": "davinci", "ready": True}]}),
    (
        "POST",
        "/v1/engines/davinci/search",
        {"object": "list", "data": [{"document": 0, "object": "search_result", "score": 1.5}]},
    ),
    ("POST", "/v1/edits", {"object": "edit", "choices": [{"text": "a", "index": 0}]}),
    ("POST", "/v1/fine-tunes", {"object": "fine-tune", "hyperparams": {}, "events": []}),
    ("GET", "/v1/fine_tuning/jobs", {"object": "list", "data": [], "has_more": False}),
    ("GET", "/v1/fine_tuning/checkpoints/ft:m/permissions", {"object": "list", "data": []}),
    ("POST", "/v1/images/generations", {"created": 1, "data": [{"b64_json": "AA=="}], "usage": {"total_tokens": 1}}),
    ("POST", "/v1/files", {"object": "file", "status_details": None, "expires_at": None}),
    ("DELETE", "/v1/files/f", {"object": "file", "id": "f", "deleted": True}),
    ("POST", "/v1/uploads/u/parts", {"object": "upload.part"}),
    ("GET", "/v1/batches/b", {"object": "batch", "errors": None, "endpoint": "/v1/chat/completions"}),
    ("POST", "/v1/vector_stores/v/search", {"object": "vector_store.search_results.page", "data": []}),
    ("POST", "/v1/threads/t/messages", {"object": "thread.message", "content": []}),
    ("GET", "/v1/assistants", {"object": "list", "data": [], "first_id": None, "last_id": None, "has_more": False}),
    ("POST", "/v1/conversations", {"object": "conversation", "metadata": {}}),
    ("POST", "/v1/containers", {"object": "container"}),
    ("POST", "/v1/realtime/client_secrets", {"value": "ek_1", "expires_at": 1}),
    ("POST", "/v1/audio/translations", {"text": "hi", "usage": {"type": "duration", "seconds": 1}}),
    ("DELETE", "/v1/responses/resp_1", {"object": "response.deleted", "deleted": True}),
    ("POST", "/v1/responses/compact", {"object": "response.compaction", "output": []}),
    ("GET", "/v1/responses/resp_1/input_items", {"object": "list", "data": [], "first_id": None, "last_id": None}),
)


def told(status: int, kind: str = "invalid_request_error", code: Any = None, param: Any = None, **beside: Any) -> Exchange:
    error = {"message": "Something is not as it has to be.", "type": kind, "param": param, "code": code}
    return answer({"error": error} | beside, "application/json; charset=utf-8", status)


def gateway(status: int, kind: str) -> Exchange:
    return answer({"error": {"code": status, "message": "Bad gateway.", "param": None, "type": kind}}, status=status)


def fetched(path: str, value: Any, method: str = "GET", status: int = 200, kind: str = "application/json") -> Exchange:
    exchange = answer(value, kind, status, None, path)
    return replace(exchange, request=replace(exchange.request, method=method))


def posted(path: str, value: Any, kind: str = "application/json", status: int = 200, asked: Any = None) -> Exchange:
    return answer(value, kind, status, asked or {"model": "m"}, path)


ERRORS = (
    *(recorded(f"{kind} and {code} at {status}", told(status, kind, code, param)) for status, kind, code, param in KINDS),
    *(recorded(f"{kind} in JSON", gateway(status, kind)) for status, kind in GATEWAYS),
    recorded("a status beside the error", answer(ERROR | {"status": 401}, status=401)),
    recorded("details beside the error", told(404, detail="no such file")),
    recorded("usage beside the error", told(400, usage={"type": "duration", "seconds": 1})),
    recorded("an error as text", answer(spelled(ERROR), "text/plain", 401)),
    recorded("Envoy without an upstream", answer(UPSTREAM, "text/plain", 503)),
    recorded("nginx without such a place", answer(NGINX, PAGE, 404)),
    recorded("Cloudflare that cannot read", answer(UNREAD, PAGE, 400)),
    recorded("Cloudflare that wants a browser", answer(MOMENT, PAGE, 403)),
    recorded("Cloudflare that counts", answer(b"error code: 1015", TEXT, 429)),
    recorded("Cloudflare that keeps out", answer(b"error code: 1020", TEXT, 403)),
    recorded("Cloudflare without an origin", answer(UNKNOWN, PAGE, 520)),
)
OTHERS = (
    recorded("models with permissions", fetched("/v1/models", {"object": "list", "data": [ALLOWED]})),
    recorded("a model by its name", fetched("/v1/models/ada", MODEL)),
    recorded("a deleted model", fetched("/v1/models/ft:m", {"id": "ft:m", "object": "model", "deleted": True}, "DELETE")),
    recorded("stored completions", fetched("/v1/chat/completions", {"object": "list", "data": [STORED], "has_more": False})),
    recorded("a stored completion", fetched("/v1/chat/completions/chatcmpl-1", STORED | {"metadata": {}})),
    recorded("a deleted completion", fetched("/v1/chat/completions/chatcmpl-1", {"deleted": True}, "DELETE")),
    recorded("a deployment", posted("/openai/deployments/gpt-4o/chat/completions", COMPLETION)),
    recorded("a text without tokens", posted("/v1/completions", WORDLESS)),
    recorded("a text as events", posted("/v1/completions", lines(WORDLESS), SSE, asked=STREAMED)),
    recorded("an engine of 2021", posted("/v1/engines/davinci/completions", WORDLESS | {"model": "davinci:2020-05-03"})),
    recorded("vectors in base64", posted("/v1/embeddings", VECTORS)),
    recorded("a response", posted("/v1/responses", RESPONSE)),
    recorded("a response that failed", posted("/v1/responses", FAILED)),
    recorded("a response as events", posted("/v1/responses", KEEPING, SSE, asked=STREAMED)),
    recorded("a response as events again", fetched("/v1/responses/resp_1", KEEPING, kind=SSE)),
    recorded("a count of tokens", posted("/v1/responses/input_tokens", {"object": "response.input_tokens", "input_tokens": 7})),
    recorded("costs", fetched("/v1/organization/usage/completions", COSTS)),
    recorded("a moderation of 2023", posted("/v1/moderations", {"id": "modr-1", "model": "m", "results": []})),
    recorded("an eval", posted("/v1/evals", {"object": "eval"}, status=201)),
    recorded("a slash too many", fetched("/v1/fine_tuning/jobs/", b"", status=307)),
    recorded("no content", fetched("/v1/models/ada", b"", "DELETE", 204)),
    recorded("subtitles", posted("/v1/audio/transcriptions", b"1\n00:00 --> 00:01\nhi\n", TEXT)),
    recorded("events of a run", posted("/v1/threads/t/runs", RUN, SSE, asked=STREAMED)),
    recorded("lines of a file", fetched("/v1/files/f/content", b'{"a": 1}\n{"a": 2}\n')),
    *(recorded(f"{method} {path}", fetched(path, value, method)) for method, path, value in OBJECTS),
    recorded("the catalogue of GitHub", fetched("/catalog/models", [{"id": "openai/gpt-4.1", "name": "GPT"}])),
    recorded("the models of another API", fetched("/v1beta/models", {"models": [{"name": "models/gemini-pro"}]})),
)
CASES: tuple[Case, ...] = (*ERRORS, *OTHERS)
