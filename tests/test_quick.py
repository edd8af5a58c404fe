"""The compiled schemas say the same as jsonschema, whatever the value; what they do not know they leave to it."""

import copy

import pytest
from canned.making import COMPLETION, COUNTED, ERROR, GOOD, changed, chunk
from canned.plain import CALLED, DAY, RIVALS, TOKEN
from hypothesis import example, given, settings
from hypothesis import strategies as st

from conformance.quick import compiled
from conformance.schema import _named, against, named_schema

NAMES = ("chat.completion", "chat.completion.chunk", "error", "model", "model.list")
MODEL = {"id": "m", "object": "model", "created": 1, "owned_by": "me"}
FULL = changed(COMPLETION, *CALLED, ("choices.0.logprobs", {"content": [TOKEN | {"top_logprobs": RIVALS}, DAY]}))
WHOLE = {
    "chat.completion": [COMPLETION, FULL],
    "chat.completion.chunk": [*GOOD, COUNTED, chunk({"tool_calls": [{"index": 0, "id": "a"}]}, "tool_calls")],
    "error": [ERROR],
    "model": [MODEL],
    "model.list": [{"object": "list", "data": [MODEL]}],
}
SCALARS = (
    st.none() | st.booleans() | st.integers(-2, 300) | st.floats() | st.sampled_from(["", "x", "stop", "assistant", "function"])
)
VALUES = st.recursive(
    SCALARS,
    lambda inner: (
        st.lists(inner, max_size=2)
        | st.dictionaries(st.sampled_from(["id", "type", "function", "custom", "name", "index", "content"]), inner, max_size=3)
    ),
    max_leaves=4,
)


@st.composite
def bent(draw):
    """A schema's name and a proper value of it with something taken away or replaced."""
    name = draw(st.sampled_from(NAMES))
    value = copy.deepcopy(draw(st.sampled_from(WHOLE[name])))
    for _ in range(draw(st.integers(0, 2))):
        inner = value
        while isinstance(inner, dict | list) and inner:
            keys = list(inner) if isinstance(inner, dict) else list(range(len(inner)))
            key = draw(st.sampled_from(keys))
            if not isinstance(inner[key], dict | list) or draw(st.booleans()):
                if draw(st.booleans()):
                    del inner[key]
                else:
                    inner[key] = draw(VALUES)
                break
            inner = inner[key]
    return name, value


@settings(max_examples=1500, deadline=None)
@given(bent())
def test_a_compiled_schema_says_what_jsonschema_says(case):
    name, value = case
    assert compiled(named_schema(name))(value) == _named(name).is_valid(value)


@pytest.mark.parametrize("name", NAMES)
@given(VALUES)
@example(True)
@example({})
def test_also_of_what_is_no_message_at_all(name, value):
    assert compiled(named_schema(name))(value) == _named(name).is_valid(value)


def test_what_fits_has_no_finding_and_what_does_not_has_one():
    assert not list(against("model", MODEL))
    assert [one.where for one in against("model", MODEL | {"created": 1.0})] == ["$.created"]


@pytest.mark.parametrize(
    "schema",
    [
        {"pattern": "a"},
        {"properties": {"a": {"format": "date"}}},
        {"enum": [1]},
        {"const": {"a": 1}},
        {"$ref": "other.json"},
        {"$ref": "#/$defs/missing"},
        {"$defs": {"a": {"items": {"$ref": "#/$defs/a"}}}, "$ref": "#/$defs/a"},
    ],
)
def test_what_is_not_known_is_not_compiled(schema):
    assert compiled(schema) is None


@pytest.mark.parametrize(
    ("schema", "good", "bad"),
    [
        ({"oneOf": [{"type": "integer"}, {"minimum": 5}]}, [1, "a", 6.5], [7, True][:1]),
        ({"allOf": [{"type": "string"}, {"minLength": 2}]}, ["ab"], ["a", 1]),
        ({"anyOf": [{"type": "string"}, {"type": "null"}]}, ["", None], [0]),
        ({"additionalProperties": False, "properties": {"a": {}}}, [{"a": 1}, 3], [{"b": 1}]),
        ({"if": {"required": ["a"]}, "then": {"required": ["b"]}, "else": False}, [{"a": 1, "b": 2}], [{"a": 1}, {}]),
        ({"not": {"type": ["integer", "boolean"]}}, ["a", 1.5], [1, True]),
        (False, [], [1]),
    ],
)
def test_every_keyword(schema, good, bad):
    fits = compiled(schema)
    assert [fits(value) for value in good] == [True] * len(good)
    assert [fits(value) for value in bad] == [False] * len(bad)
