"""GET /models and GET /models/{id}: one model under a short name, a second name for it, and a dated one.

https://platform.openai.com/docs/api-reference/models
"""

from __future__ import annotations

from conformance.reference.errors import unknown_model
from conformance.reference.values import Object

DATED = "-2025-11-21"
NAMES = ("reference", "reference-copy")
_CREATED = 1_763_683_200


def listed() -> Object:
    """The list of models."""
    names = [*NAMES, *(name + DATED for name in NAMES)]
    return {"object": "list", "data": [_entry(name) for name in names]}


def retrieved(name: str) -> Object:
    """One model. Raises Refused where there is none."""
    if name.removesuffix(DATED) not in NAMES:
        raise unknown_model(name, "model")
    return _entry(name)


def snapshot(name: str) -> str:
    """The dated name that answers give for the name that was asked. Raises Refused for an unknown one."""
    if name.removesuffix(DATED) not in NAMES:
        raise unknown_model(name)
    return name.removesuffix(DATED) + DATED


def _entry(name: str) -> Object:
    return {"id": name, "object": "model", "created": _CREATED, "owned_by": "reference"}
