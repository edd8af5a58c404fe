"""Faults in how calls are read out of what the model wrote: too little is taken out of the text, or too little gets in."""

from __future__ import annotations

import json

from conformance.reference.faults.parts import GITHUB, calls, saying
from conformance.reference.faults.registry import fault
from conformance.reference.values import Object


@fault("marks-beside-calls", seen=GITHUB + "vllm-project/vllm/issues/38946", on="answer", speaks=("chat.tools.marks",))
def marks_beside_calls(answer: Object) -> Object:
    """Leaves in the text what it has made calls of."""
    for message in saying(answer):
        if message.get("tool_calls"):
            message["content"] = f"<tool_call>{json.dumps(message['tool_calls'][0]['function'])}</tool_call>"
    return answer


@fault(
    "last-fragment-lost",
    seen=GITHUB + "vllm-project/vllm/pull/10979",
    on="chunks",
    speaks=("chat.tools.arguments.stream", "chat.tool_calls.arguments"),
)
def last_fragment_lost(chunks: list[Object]) -> list[Object]:
    """Loses the last fragment of a streamed call."""
    calling = [chunk for chunk in chunks if any(calls(chunk))]
    return [chunk for chunk in chunks if chunk is not calling[-1]] if calling else chunks
