"""The `moderation` member of answers whose request asked for it: nothing that is said to a small model is ever offensive.

https://platform.openai.com/docs/api-reference/chat/object
"""

from __future__ import annotations

from typing import Any

from conformance.reference.errors import missing, unknown_parameter, wrong_type
from conformance.reference.values import Object

CATEGORIES = ("harassment", "hate", "illicit", "self-harm", "sexual", "violence")


def check_moderation(name: str, value: Any) -> None:
    """The name of a moderation model, and perhaps a policy. Raises Refused."""
    if not isinstance(value, dict):
        raise wrong_type(name, "an object", value)
    if "model" not in value:
        raise missing(f"{name}.model")
    if not isinstance(value["model"], str):
        raise wrong_type(f"{name}.model", "a string", value["model"])
    for key in value:
        if key not in ("model", "policy"):
            raise unknown_parameter(f"{name}.{key}")


def moderated(asked: Object) -> Object:
    """What was found in prompt and answer."""
    return {"input": _found(asked["model"]), "output": _found(asked["model"])}


def _found(model: str) -> Object:
    result: Object = {
        "categories": dict.fromkeys(CATEGORIES, False),
        "category_applied_input_types": {name: ["text"] for name in CATEGORIES},
        "category_scores": dict.fromkeys(CATEGORIES, 0.0001),
        "flagged": False,
        "model": model,
        "type": "moderation_result",
    }
    return {"model": model, "results": [result], "type": "moderation_results"}
