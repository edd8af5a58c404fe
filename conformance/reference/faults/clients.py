"""Faults that only what a client library offers beside the answer itself suffers from."""

from __future__ import annotations

from dataclasses import replace

from conformance.reference.faults.parts import GITHUB
from conformance.reference.faults.registry import fault
from conformance.reference.values import Reply


@fault("request-id-never", seen=GITHUB + "vllm-project/vllm/issues/9593", on="reply", speaks=("clients.sdk.request-id",))
def request_id_never(reply: Reply) -> Reply:
    """Sends no x-request-id."""
    return replace(reply, headers=tuple(pair for pair in reply.headers if pair[0] != "x-request-id"))
