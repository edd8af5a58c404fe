"""Faults in the list of models and in single ones."""

from __future__ import annotations

from typing import Any

from conformance.reference.errors import envelope
from conformance.reference.faults.parts import GITHUB, OLLAMA_2024, without
from conformance.reference.faults.registry import fault
from conformance.reference.values import Asked, Object, Refused


@fault("models-bare-array", seen=GITHUB + "lmg-anon/mikupad/issues/55", on="models", speaks=("models.schema",))
def models_bare_array(listed: Object) -> Any:
    """Lists models in a bare array."""
    return listed["data"]


@fault("models-under-another-key", seen=GITHUB + "vllm-project/router/pull/134", on="models", speaks=("models.schema",))
def models_under_another_key(listed: Object) -> Object:
    """Lists models under a key of its own."""
    return {"models": listed["data"]}


@fault(
    "models-object-wrong",
    seen=GITHUB + "ai-dynamo/dynamo/issues/790",
    on="models model",
    speaks=(
        "models.schema",
        "models.retrieve.schema",
    ),
)
def models_object_wrong(value: Object) -> Object:
    """Calls a model an object."""
    if "data" in value:
        return value | {"data": [one | {"object": "object"} for one in value["data"]]}
    return value | {"object": "object"}


@fault(
    "models-created-missing",
    seen=GITHUB + "GradientHQ/parallax/pull/440",
    on="models model",
    speaks=(
        "models.schema",
        "models.retrieve.schema",
    ),
)
def models_created_missing(value: Object) -> Object:
    """Gives models no date."""
    return value | {"data": [without(one, "created") for one in value["data"]]} if "data" in value else without(value, "created")


@fault("models-listed-twice", seen=GITHUB + "maximhq/bifrost/issues/1092", on="models", speaks=("models.unique",))
def models_listed_twice(listed: Object) -> Object:
    """Lists every model twice."""
    return listed | {"data": listed["data"] * 2}


@fault(
    "model-not-listed",
    seen=GITHUB + "decolua/9router/issues/1512",
    on="models",
    speaks=(
        "models.list.target",
        "models.retrieve.same",
    ),
)
def model_not_listed(listed: Object) -> Object:
    """Lists models under other names than it takes."""
    return listed | {"data": [one | {"id": "/weights/" + one["id"]} for one in listed["data"]]}


@fault("model-not-retrieved", seen=GITHUB + "janhq/jan/issues/4084", on="model", speaks=("models.retrieve.same",))
def model_not_retrieved(model: Object) -> Object:
    """Has no route for a single model."""
    raise Refused(404, envelope(f"No such URL: GET /models/{model['id']}.", code="unknown_url"))


@fault("model-retrieved-other", seen=GITHUB + "tale-project/tale/issues/1428", on="model", speaks=("models.retrieve.same",))
def model_retrieved_other(model: Object) -> Object:
    """Retrieves a model by a fixed name of its own; the report is of answers that tell such a name."""
    return model | {"id": "engine-default"}


@fault(
    "models-created-milliseconds",
    seen=GITHUB + "EM-GeekLab/NexusGate/issues/5",
    on="models model",
    speaks=("models.created",),
)
def models_created_milliseconds(value: Object) -> Object:
    """Dates models in milliseconds."""
    if "data" in value:
        return value | {"data": [one | {"created": one["created"] * 1000} for one in value["data"]]}
    return value | {"created": value["created"] * 1000}


@fault(
    "unknown-model-retrieved",
    seen=GITHUB + "EricLBuehler/candle-vllm/issues/149",
    on="refused",
    speaks=("models.retrieve.unknown",),
)
def unknown_model_retrieved(refused: Refused, asked: Asked) -> Refused:
    """Finds a model for every name."""
    if not asked.path.startswith("/models/") or refused.status != 404:
        return refused
    return Refused(200, {"id": asked.path.rpartition("/")[2], "object": "model", "created": 0, "owned_by": "tale"})


@fault("models-absent", seen=OLLAMA_2024, on="models model", speaks=("models.list.target",), also=("models.*",))
def models_absent(_value: Object, asked: Asked) -> Object:
    """Has no models to list."""
    raise Refused(404, envelope(f"No such URL: GET {asked.path}.", code="unknown_url"))
