"""Constrained answers of the reference server: an instance of the schema, whatever the schema and the dice."""

import re
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from conformance.reference.grammar import Grammar
from conformance.reference.patterns import matching
from conformance.schema import fits

WORDS = ("harbour", "lemon", "north")

SCHEMAS = [
    {"type": "object", "properties": {"b": {"type": "string"}, "a": {"type": "integer"}}, "required": ["b", "a"]},
    {"enum": ["red", "green", 3, None]},
    {"const": {"x": [1]}},
    {"type": "array", "items": {"type": "boolean"}, "minItems": 3, "maxItems": 3},
    {"type": "array", "items": {"enum": [1, 2, 3]}, "minItems": 3, "uniqueItems": True},
    {"type": "array", "prefixItems": [{"type": "string"}, {"type": "null"}], "items": {"type": "number"}, "minItems": 4},
    {"anyOf": [{"type": "null"}, {"type": "object", "properties": {"x": {"type": "number"}}, "required": ["x"]}]},
    {"oneOf": [{"type": "string", "maxLength": 3}, {"type": "integer"}]},
    {"allOf": [{"type": "object", "required": ["a"]}, {"properties": {"a": {"type": "integer", "minimum": 5}}}]},
    {"type": ["string", "null"]},
    {"type": "string", "minLength": 30, "maxLength": 31},
    {"type": "string", "maxLength": 2},
    {"type": "string", "format": "date-time"},
    {"type": "string", "pattern": "^[A-Z]{3}-\\d{2,4}$"},
    {"type": "integer", "minimum": 7, "maximum": 7},
    {"type": "integer", "exclusiveMinimum": -3, "exclusiveMaximum": -1},
    {"type": "number", "minimum": 0.2, "maximum": 0.7},
    {"type": "number", "exclusiveMinimum": 1.5, "maximum": 2},
    {"type": "integer", "multipleOf": 7, "minimum": 8},
    {"type": "integer", "maximum": -100},
    {"type": "object", "additionalProperties": {"type": "integer"}, "minProperties": 2},
    {"type": "object", "required": ["free"]},
    {
        "type": "object",
        "properties": {"value": {"type": "string"}, "next": {"anyOf": [{"type": "null"}, {"$ref": "#"}]}},
        "required": ["value", "next"],
        "additionalProperties": False,
    },
    {
        "$defs": {
            "node": {
                "type": "object",
                "properties": {"kids": {"type": "array", "items": {"$ref": "#/$defs/node"}}},
                "required": ["kids"],
            }
        },
        "$ref": "#/$defs/node",
    },
    {"properties": {"a/b": {"const": 1}, "c": {"$ref": "#/properties/a~1b"}}, "required": ["c"]},
]


@pytest.mark.parametrize("schema", SCHEMAS, ids=str)
def test_values_fit_their_schema(schema):
    for seed in range(40):
        value = Grammar(schema, WORDS, Random(seed)).value(schema)
        assert fits(schema, value), value


def test_members_come_in_the_order_of_the_schema():
    assert list(Grammar({}, WORDS, Random(1)).value(SCHEMAS[0])) == ["b", "a"]


def test_the_dice_choose():
    assert len({Grammar({}, WORDS, Random(seed)).value({"enum": [1, 2, 3]}) for seed in range(30)}) == 3


def test_references_that_lead_nowhere_are_an_error():
    with pytest.raises(LookupError):
        Grammar({}, WORDS, Random(1)).value({"$ref": "#/$defs/none"})


@given(
    st.sampled_from([r"[a-c]+\d?", r"(ab|cd){2}x*", r"\w\s\d", r"[^a]b.", r"^\d{3}-[x-z]$", r"a|b|c", r"(?:q){0}r", ""]),
    st.integers(),
)
def test_patterns_are_matched(pattern, seed):
    assert re.fullmatch(pattern, matching(pattern, Random(seed)))


def test_what_is_no_pattern_gives_nothing():
    assert matching("(", Random(1)) == ""


limits = st.integers(-50, 50)


@settings(max_examples=200)
@given(limits, limits, st.sampled_from(["integer", "number"]), st.integers(0, 99))
def test_numbers_keep_within_their_bounds(one, other, kind, seed):
    schema = {"type": kind, "minimum": min(one, other), "maximum": max(one, other)}
    assert fits(schema, Grammar({}, WORDS, Random(seed)).value(schema))
