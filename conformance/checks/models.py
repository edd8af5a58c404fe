"""The models: listed, retrieved, and answering under a second name.

https://platform.openai.com/docs/api-reference/models
"""

from __future__ import annotations

from dataclasses import replace

from conformance import calls
from conformance.answers import Object, answered, choices_of, given, object_of
from conformance.checks.errors_models import UNKNOWN
from conformance.effects import unless_refused
from conformance.messages import Send
from conformance.model import Finding, Level, Noted, Outcome, Seen, Target, Unclear
from conformance.registry import check

LIST = "https://platform.openai.com/docs/api-reference/models/list"
RETRIEVE = "https://platform.openai.com/docs/api-reference/models/retrieve"
CREATE = "https://platform.openai.com/docs/api-reference/chat/create#chat-create-model"

SAMPLE = 2
"""How many of the listed models are retrieved."""

DRIFT = 600
"""Seconds."""


def _listed(answer: Object) -> list[Object]:
    """The entries of the list that have an id. Raises Unclear."""
    data = answer.get("data")
    entries = [one for one in data if isinstance(one, dict) and isinstance(one.get("id"), str)] if isinstance(data, list) else []
    if not entries:
        raise Unclear("no model is listed")
    return entries


def _sample(target: Target, send: Send) -> list[Object]:
    """Some listed models, the tested one first. Raises Unclear."""
    entries = _listed(given(send, calls.models()))
    return sorted(entries, key=lambda entry: entry["id"] != target.model)[:SAMPLE]


@check("models.list.target", "lists the model that it answers for", Level.SHOULD, "models.list", LIST)
def lists_target(target: Target, send: Send) -> Noted:
    """Looks for the tested model's id in the list."""
    ids = [entry["id"] for entry in _listed(object_of(send(calls.models())))]
    if target.model not in ids:
        yield Finding("the tested model is not listed", "$.data[*].id", target.model, ", ".join(ids)[:200])


@check("models.retrieve.same", "retrieves a model that it lists", Level.MUST, "models.retrieve", RETRIEVE)
def retrieves_listed(target: Target, send: Send) -> Noted:
    """Retrieves listed models by their ids, percent-encoded as the official client does: each is the one asked for."""
    for entry in _sample(target, send):
        found = object_of(send(calls.model(entry["id"])))
        if found.get("id") != entry["id"]:
            yield Finding("another model is retrieved", "$.id", entry["id"], str(found.get("id")))


@check("models.retrieve.details", "tells the same of a model, listed or retrieved", Level.SHOULD, "models.retrieve", RETRIEVE)
def retrieves_details(target: Target, send: Send) -> Noted:
    """Compares the owner and the time of creation. Some servers give the time of the request for the latter, so only what is
    more than ten minutes apart counts.
    """
    for entry in _sample(target, send):
        found = given(send, calls.model(entry["id"]))
        if found.get("owned_by") != entry.get("owned_by"):
            yield Finding("the owner is another one", "$.owned_by", str(entry.get("owned_by")), str(found.get("owned_by")))
        listed, told = entry.get("created"), found.get("created")
        if isinstance(listed, int) and isinstance(told, int) and abs(listed - told) > DRIFT:
            yield Finding("the time of creation is another one", "$.created", str(listed), str(told))


@check("models.retrieve.unknown", "refuses to retrieve a model that does not exist", Level.MUST, "models.retrieve", RETRIEVE)
def retrieves_unknown(target: Target, send: Send) -> Noted:
    """Retrieves a model that no server has, by a server that retrieves those that it lists."""
    given(send, calls.model(_sample(target, send)[0]["id"]))
    exchange = send(replace(calls.model(UNKNOWN), wrong=True))
    yield Seen("status", exchange.status)
    for finding in unless_refused(exchange, "retrieves a model that does not exist"):
        yield replace(finding, outcome=Outcome.DIFFERS) if finding.outcome is Outcome.IGNORED else finding


@check("models.alias.answers", "answers under the model's second name", Level.MUST, "models.alias", CREATE)
def alias(target: Target, send: Send) -> Noted:
    """Asks for the model by the name that the operator gave it besides its own. What the answer calls it is recorded."""
    if not target.alias:
        raise Unclear("no alias was named (--model-alias)")
    answer = answered(send, calls.chat(target, model=target.alias), calls.chat(target))
    choices_of(answer)
    yield Seen("model", answer.get("model"))
