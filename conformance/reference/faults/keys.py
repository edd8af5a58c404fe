"""Faults in asking for keys and in keeping them."""

from __future__ import annotations

import json
from dataclasses import replace

from conformance.reference.errors import envelope
from conformance.reference.faults.parts import GITHUB, streamed
from conformance.reference.faults.registry import fault
from conformance.reference.values import Asked, Object, Refused, Reply


def _key(asked: Asked) -> str:
    return asked.headers.get("authorization", "").partition(" ")[2]


@fault("key-in-param", seen=GITHUB + "BerriAI/litellm/issues/18731", on="refused", speaks=("auth.echo.never",))
def key_in_param(refused: Refused, asked: Asked) -> Refused:
    """Names the key itself in errors."""
    error = refused.body.get("error") if isinstance(refused.body, dict) else None
    if not isinstance(error, dict) or not _key(asked):
        return refused
    return Refused(refused.status, {"error": error | {"param": _key(asked)}}, refused.headers)


@fault(
    "missing-key-forbidden",
    seen=GITHUB + "Alishahryar1/free-claude-code/pull/36",
    on="refused",
    speaks=("auth.key.missing", "auth.models.key"),
)
def missing_key_forbidden(refused: Refused, asked: Asked) -> Refused:
    """Answers 403 where no key comes along."""
    return Refused(403, refused.body) if refused.status == 401 and "authorization" not in asked.headers else refused


@fault(
    "wrong-key-bad-request",
    seen=GITHUB + "BerriAI/litellm/issues/18731",
    on="refused",
    speaks=("auth.wrong-key.refused", "auth.wrong-key.stream"),
)
def wrong_key_bad_request(refused: Refused, asked: Asked) -> Refused:
    """Answers 400 to a wrong key."""
    return Refused(400, refused.body) if refused.status == 401 and "authorization" in asked.headers else refused


@fault(
    "wrong-key-never-answered-in-streams",
    seen=GITHUB + "easychen/openai-api-proxy/pull/33",
    on="reply",
    speaks=("auth.wrong-key.stream",),
)
def wrong_key_never_answered_in_streams(reply: Reply, asked: Asked) -> Reply:
    """Has nothing to say to a wrong key where a stream is asked for."""
    return replace(reply, frames=(), lost=True) if reply.status == 401 and streamed(asked) else reply


@fault(
    "scheme-with-a-case", seen=GITHUB + "Azure/autorest.typescript/issues/2109", on="reply", speaks=("auth.scheme.lower-case",)
)
def scheme_with_a_case(reply: Reply, asked: Asked) -> Reply:
    """Knows Bearer with a capital letter alone."""
    if not asked.headers.get("authorization", "").startswith("bearer "):
        return reply
    body = json.dumps(envelope("The scheme is not Bearer.", code="invalid_api_key")).encode()
    return replace(reply, status=401, headers=(("content-type", "application/json"), *reply.headers[1:]), frames=(body,))


def _stranger(asked: Asked) -> bool:
    """Whether a key came that is none of those which the suite itself was given."""
    return not asked.headers.get("authorization", "").startswith(("Bearer none", "Bearer sk-"))


@fault(
    "key-hash-told",
    seen=GITHUB + "BerriAI/litellm/pull/39787",
    on="sent",
    speaks=("errors.internals.trace", "auth.any-key.accepted"),
)
def key_hash_told(sent: Object, asked: Asked) -> Object:
    """Refuses other keys with their digest and the name of a table."""
    if _stranger(asked):
        said = f"Authentication Error. Key Hash (Token) ={'d748' * 16}. Unable to find token in LiteLLM_VerificationTokenTable"
        raise Refused(401, envelope(said, "auth_error", "key", "401"))
    return sent


@fault(
    "key-refused-as-detail",
    seen=GITHUB + "BerriAI/litellm/issues/1554",
    on="sent",
    speaks=("errors.envelope", "auth.any-key.accepted"),
)
def key_refused_as_detail(sent: Object, asked: Asked) -> Object:
    """Refuses other keys in a form of its web framework."""
    if _stranger(asked):
        raise Refused(401, {"detail": "Authentication Error, no api key passed in."})
    return sent


@fault(
    "key-refused-in-success",
    seen=GITHUB + "ollama/ollama/issues/12399",
    on="sent",
    speaks=("errors.in-200",),
    also=("auth.*",),
)
def key_refused_in_success(sent: Object, asked: Asked) -> Object:
    """Says with status 200 that a key is wrong."""
    if _stranger(asked):
        raise Refused(200, {"error": "unauthorized"})
    return sent
