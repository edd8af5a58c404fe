"""Faults in the shape of errors."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from conformance.reference.faults.parts import GITHUB, message_of, without
from conformance.reference.faults.registry import fault
from conformance.reference.values import Refused


@fault("error-as-string", seen=GITHUB + "lmstudio-ai/lmstudio-bug-tracker/issues/307", on="refused", speaks=("errors.envelope",))
def error_as_string(refused: Refused) -> Refused:
    """Gives an error as a string."""
    return Refused(refused.status, {"error": message_of(refused)})


@fault("error-flat", seen=GITHUB + "vllm-project/vllm/issues/12886", on="refused", speaks=("errors.envelope",))
def error_flat(refused: Refused) -> Refused:
    """Gives the error as the outermost object."""
    body = {"object": "error", "message": message_of(refused), "type": "BadRequestError", "param": None, "code": refused.status}
    return Refused(refused.status, body)


@fault(
    "error-as-detail",
    seen=GITHUB + "ray-project/ray/issues/64833",
    on="refused",
    speaks=("errors.envelope", "errors.envelope.route"),
)
def error_as_detail(refused: Refused) -> Refused:
    """Gives errors as its web framework does."""
    return Refused(refused.status, {"detail": message_of(refused)})


@fault("error-code-number", seen=GITHUB + "sgl-project/sglang/pull/32808", on="refused", speaks=("errors.envelope",))
def error_code_number(refused: Refused) -> Refused:
    """Gives the status as the code."""
    return Refused(refused.status, {"error": refused.body["error"] | {"code": refused.status}})


@fault("error-members-missing", seen=GITHUB + "ogx-ai/ogx/pull/4883", on="refused", speaks=("errors.envelope.keys",))
def error_members_missing(refused: Refused) -> Refused:
    """Leaves param and code out of errors."""
    return Refused(refused.status, {"error": without(refused.body["error"], "param", "code")})


@fault("error-message-empty", seen=GITHUB + "vllm-project/vllm/issues/35438", on="refused", speaks=("errors.envelope.message",))
def error_message_empty(refused: Refused) -> Refused:
    """Says that something is wrong, and not what."""
    return Refused(refused.status, {"error": refused.body["error"] | {"message": ""}})


@fault("error-as-page", seen=GITHUB + "aws-samples/bedrock-access-gateway/issues/111", on="reply", speaks=("errors.envelope",))
def error_as_page(reply: Any) -> Any:
    """Gives errors as pages for browsers."""
    if reply.status < 400:
        return reply
    page = b"<html><head><title>Bad Request</title></head><body><h1>Bad Request</h1></body></html>"
    return replace(reply, headers=(("content-type", "text/html"), *reply.headers[1:]), frames=(page,))
