"""Faults in how the text beside calls is cleaned of what the model wrote to make them."""

from __future__ import annotations

import json

from conformance.reference.faults.parts import GITHUB, saying
from conformance.reference.faults.registry import fault
from conformance.reference.values import Object


@fault("marks-beside-calls", seen=GITHUB + "vllm-project/vllm/issues/38946", on="answer", speaks=("chat.tools.marks",))
def marks_beside_calls(answer: Object) -> Object:
    """Leaves in the text what it has made calls of."""
    for message in saying(answer):
        if message.get("tool_calls"):
            message["content"] = f"<tool_call>{json.dumps(message['tool_calls'][0]['function'])}</tool_call>"
    return answer
