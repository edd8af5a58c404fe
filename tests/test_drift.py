"""The schemas and the vocabulary against what OpenAI publishes: its client's types, and its OpenAPI document as listed."""

import hashlib
import json
import typing
from functools import cache
from pathlib import Path

import pytest
from drifting import complaints, described, differences, listing_differences, schema_look, type_look
from openai.types.chat import ChatCompletion, ChatCompletionChunk
from openai.types.chat.completion_create_params import CompletionCreateParams, CompletionCreateParamsNonStreaming
from openai.types.completion_usage import CompletionUsage
from pydantic import create_model

from conformance.documents import plain, read_document
from conformance.features import all_features
from conformance.schema import named_schema, specs

SCHEMAS = {"request": "chat.request", "completion": "chat.completion", "chunk": "chat.completion.chunk"}
CLIENT = {"request": CompletionCreateParams, "completion": ChatCompletion, "chunk": ChatCompletionChunk}
ADVICE = (
    "Take it into specs/openai/{schema}.schema.json (a new request field also into specs/openai/inventory.yaml, "
    "specs/features.yaml and a check), or allow the difference with a reason in tests/data/drift.yaml"
)


@cache
def allowed(side):
    """The reviewed differences of a side, with their reasons, by message."""
    document = plain(read_document((Path(__file__).parent / "data" / "drift.yaml").read_text("utf-8"), "drift.yaml"))
    return {
        message: {key: entry["reason"] for entry in entries for key in entry["differences"]}
        for message, entries in document[side].items()
    }


def inventory():
    return plain(read_document(specs("openai", "inventory.yaml").read_text("utf-8"), "inventory.yaml"))


def client_complaints(client=CLIENT, allowances=None):
    found = []
    for message, kind in client.items():
        schema = named_schema(SCHEMAS[message])
        seen = differences(described(schema_look(schema), schema), described(type_look, kind))
        known = (allowances or allowed("client"))[message]
        found += complaints(seen, known, f"{message} of the official client", ADVICE.format(schema=SCHEMAS[message]))
    return found


def listing_complaints(listing, allowances=None):
    found = []
    for message, name in SCHEMAS.items():
        seen = listing_differences(named_schema(name), listing[message])
        known = (allowances or allowed("inventory"))[message]
        found += complaints(seen, known, f"{message} of the published document", ADVICE.format(schema=name))
    return found


def lock_of(document):
    rest = {name: value for name, value in document.items() if name != "sha256"}
    return hashlib.sha256(json.dumps(rest, sort_keys=True, separators=(",", ":")).encode()).hexdigest()


def broken_lock(document):
    lock = lock_of(document)
    return "" if document["sha256"] == lock else f"the inventory was edited; after a review put sha256: {lock} into it"


def test_the_official_client_has_nothing_new():
    assert not client_complaints()


def test_the_published_document_has_nothing_new():
    assert not listing_complaints(inventory())


def test_the_inventory_is_locked():
    assert not broken_lock(inventory())


def test_the_client_has_the_fields_of_the_inventory():
    fields = {name for kind in typing.get_args(CompletionCreateParams) for name in typing.get_type_hints(kind)}
    assert fields == set(inventory()["request"])
    assert len(fields) == 37


def test_every_field_has_a_feature_of_its_own():
    assert not [name for name in inventory()["request"] if f"chat.{name}" not in all_features()]


@pytest.mark.parametrize("side", ["client", "inventory"])
def test_every_allowance_has_a_reason_and_stands_once(side):
    for message, reasons in allowed(side).items():
        assert message in SCHEMAS
        assert all(len(reason) > 30 for reason in reasons.values())
    written = (Path(__file__).parent / "data" / "drift.yaml").read_text("utf-8")
    assert written.count("\n        - ") == sum(len(one) for each in ("client", "inventory") for one in allowed(each).values())


class Newer(ChatCompletion):
    """The client's next version: a completion with one more member."""

    mood: str | None = None


class NewerParams(CompletionCreateParamsNonStreaming, total=False):
    """The client's next version: a request with one more field."""

    mood: str


def test_a_new_member_of_the_client_is_one_clear_failure():
    line, *others = client_complaints(CLIENT | {"completion": Newer})
    assert not others
    assert line.startswith("completion of the official client: unknown mood (it is not in ours). Take it into specs/openai/")


def test_a_new_request_field_of_the_client_is_one_clear_failure():
    kind = typing.Union[CompletionCreateParams, NewerParams]  # noqa: UP007 -- made of a union
    line, *others = client_complaints(CLIENT | {"request": kind})
    assert not others
    assert line.startswith("request of the official client: unknown mood (")
    assert "specs/features.yaml" in line


def test_a_new_member_deep_inside_is_told_by_its_place():
    usage = create_model("CompletionUsage", __base__=CompletionUsage, mood=(int, 0))
    newer = create_model("ChatCompletion", __base__=ChatCompletion, usage=(usage | None, None))
    assert [line.split(": ")[1].split(" (")[0] for line in client_complaints(CLIENT | {"completion": newer})] == [
        "unknown usage.mood"
    ]


@pytest.mark.parametrize(
    ("change", "key"),
    [
        ({"id": (int, ...)}, "types id"),
        ({"id": (str | None, None)}, "required id"),
        ({"usage": (CompletionUsage, ...)}, "optional usage"),
        ({"object": (typing.Literal["chat.completion", "chat"], ...)}, "values object"),
        ({"system_fingerprint": (CompletionUsage | None, None)}, "open system_fingerprint"),
    ],
)
def test_every_kind_of_change_is_told(change, key):
    newer = create_model("ChatCompletion", __base__=ChatCompletion, **change)
    assert any(f": {key} (" in line for line in client_complaints(CLIENT | {"completion": newer}))


def test_a_member_that_the_client_lost_is_told():
    lines = client_complaints(CLIENT | {"completion": create_model("ChatCompletion", id=(str, ...))})
    assert any(": foreign created (" in line for line in lines)


def test_an_allowance_that_is_no_longer_needed_is_told():
    stale = {**allowed("client"), "chunk": allowed("client")["chunk"] | {"unknown mood": "It was there once."}}
    line, *others = client_complaints(allowances=stale)
    assert not others
    assert line.startswith("chunk of the official client: the entry 'unknown mood' is stale")


@pytest.mark.parametrize(
    ("field", "change", "key"),
    [
        ("mood", {"types": ["string"]}, "unknown mood"),
        ("n", {"types": ["integer"], "nullable": True, "minimum": 1, "maximum": 8, "default": 1}, "maximum n"),
        ("user", {"types": ["string"], "nullable": True}, ""),
        ("store", {"types": ["boolean"]}, "null store"),
        ("seed", {"types": ["string"], "nullable": True}, "types seed"),
        ("model", {"types": ["string"]}, "required model"),
    ],
)
def test_a_change_of_the_published_document_is_told(field, change, key):
    listing = inventory()
    listing["request"] = listing["request"] | {field: change}
    lines = listing_complaints(listing)
    assert any(f": {key} (" in line for line in lines) if key else any("stale" in line for line in lines)


def test_an_edit_of_the_inventory_without_a_new_lock_is_told():
    edited = inventory()
    edited["request"]["n"]["maximum"] = 8
    assert broken_lock(edited) == f"the inventory was edited; after a review put sha256: {lock_of(edited)} into it"
