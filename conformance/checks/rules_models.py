"""Rules about the list of models and about one model.

https://platform.openai.com/docs/api-reference/models
"""

from __future__ import annotations

from conformance import calls
from conformance.answers import Object
from conformance.evidence import ensure_values, integer, shown
from conformance.messages import Exchange, Json, Request
from conformance.model import Finding, Level, Noted, Target, Unclear
from conformance.registry import rule
from conformance.schema import against
from conformance.wire import read_json

LIST = "https://platform.openai.com/docs/api-reference/models/list"
MODEL = "https://platform.openai.com/docs/api-reference/models/object"
MILLISECONDS = 1e11
"""No time in seconds is as large as this; every time in milliseconds is."""


def _listing(_: Target) -> Request:
    return calls.models()


def _one(target: Target) -> Request:
    return calls.model(target.model)


@rule("models.schema", "lists models", Level.MUST, "models.list", LIST, on="models", seed=_listing)
def fits_list(exchange: Exchange) -> Noted:
    """Holds the list against model.list.schema.json: an object of type list whose data are models."""
    yield from against("model.list", _read(exchange))


@rule("models.retrieve.schema", "gives a model by its id", Level.MUST, "models.retrieve", MODEL, on="model", seed=_one)
def fits_model(exchange: Exchange) -> Noted:
    """Holds the answer against model.schema.json."""
    yield from against("model", _read(exchange))


def _read(exchange: Exchange) -> Json:
    ensure_values(exchange)
    parsed = read_json(exchange.body)
    if not parsed.ok:
        raise Unclear("the answer is no JSON to judge")
    return parsed.value


def _models(exchange: Exchange) -> list[Object]:
    value = _read(exchange)
    data = value.get("data") if isinstance(value, dict) else None
    if not isinstance(data, list):
        raise Unclear("the answer is no list to judge")
    return [model for model in data if isinstance(model, dict)]


@rule("models.created", "dates models in seconds", Level.SHOULD, "models.list", MODEL, on="models", seed=_listing)
def created_is_seconds(exchange: Exchange) -> Noted:
    """Reads `created` of every model: seconds, not milliseconds."""
    for place, model in enumerate(_models(exchange)):
        created = integer(model.get("created"))
        if created is not None and created > MILLISECONDS:
            yield Finding("created is no time in seconds since 1970", f"$.data[{place}].created", "below 1e11", shown(created))


@rule("models.unique", "lists every model once", Level.SHOULD, "models.list", LIST, on="models", seed=_listing)
def ids_are_unique(exchange: Exchange) -> Noted:
    """Compares the ids of the list."""
    ids = [name for model in _models(exchange) if isinstance(name := model.get("id"), str)]
    twice = sorted({name for name in ids if ids.count(name) > 1}) if len(ids) < 2000 else []
    if twice:
        yield Finding("lists a model twice", "$.data[*].id", "every id once", shown(", ".join(twice)))
