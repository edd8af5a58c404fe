"""Response formats: which are legal, and the JSON text that fulfils one.

https://platform.openai.com/docs/guides/structured-outputs
"""

from __future__ import annotations

import re
from typing import Any

from conformance.reference.errors import bad_request, bad_value, missing, unknown_parameter, wrong_type
from conformance.reference.values import Object

TYPES = ("object", "array", "string", "number", "integer", "boolean", "null")
DEEPEST = 64
"""Levels of a schema; OpenAI allows fewer in strict ones."""

NAME = re.compile(r"^[A-Za-z0-9_-]{1,64}$")


def check_format(name: str, value: Any) -> None:
    """Nothing, for text, json_object, or json_schema with a schema that can be fulfilled. Raises Refused."""
    if not isinstance(value, dict):
        raise wrong_type(name, "an object", value)
    if "type" not in value:
        raise missing(f"{name}.type")
    if value["type"] not in ("text", "json_object", "json_schema"):
        raise bad_value(f"{name}.type", "one of text, json_object, json_schema", value["type"])
    for key in value:
        if key not in ("type", *(["json_schema"] if value["type"] == "json_schema" else [])):
            raise unknown_parameter(f"{name}.{key}")
    if value["type"] == "json_schema":
        _check_named(f"{name}.json_schema", value.get("json_schema"))


def _check_named(name: str, given: Any) -> None:
    if given is None:
        raise missing(name)
    if not isinstance(given, dict):
        raise wrong_type(name, "an object", given)
    for key in given:
        if key not in ("name", "description", "schema", "strict"):
            raise unknown_parameter(f"{name}.{key}")
    check_name(f"{name}.name", given.get("name"))
    if not isinstance(given.get("strict"), bool | None):
        raise wrong_type(f"{name}.strict", "a boolean", given["strict"])
    if given.get("schema") is not None or given.get("strict"):
        check_schema(f"{name}.schema", given.get("schema"), bool(given.get("strict")))


def check_name(name: str, value: Any) -> None:
    """A name of up to 64 letters, digits, underscores and hyphens."""
    if value is None:
        raise missing(name)
    if not isinstance(value, str):
        raise wrong_type(name, "a string", value)
    if not NAME.match(value):
        raise bad_request(f"'{name}' does not match {NAME.pattern}.", name, "invalid_value")


def check_schema(name: str, schema: Any, strict: bool) -> None:
    """A JSON Schema of an object; a strict one lists all its properties as required and allows no others."""
    if schema is None:
        raise missing(name)
    if not isinstance(schema, dict):
        raise wrong_type(name, "an object", schema)
    if strict and schema.get("type") != "object" and not schema.get("$ref"):
        raise _invalid(name, "its root is no object")
    _check_part(name, schema, strict)


def _check_part(name: str, schema: Any, strict: bool, level: int = 0) -> None:
    if level > DEEPEST:
        raise _invalid(name, f"it is nested more than {DEEPEST} levels deep")
    if isinstance(schema, bool):
        return
    if not isinstance(schema, dict):
        raise _invalid(name, "a part of it is no object")
    listed = schema.get("type", [])
    for kind in [listed] if not isinstance(listed, list) else listed:
        if kind not in TYPES:
            raise _invalid(name, f"{kind!r} is no type")
    if not isinstance(schema.get("enum", [0]), list) or not schema.get("enum", [0]):
        raise _invalid(name, "an enum is no filled array")
    properties = schema.get("properties", {})
    if not isinstance(properties, dict) or not isinstance(schema.get("required", []), list):
        raise _invalid(name, "properties or required have another type")
    if strict and "object" in (listed if isinstance(listed, list) else [listed]):
        _check_strict(name, schema, properties)
    for part in _parts(schema):
        _check_part(name, part, strict, level + 1)


def _check_strict(name: str, schema: Object, properties: Object) -> None:
    if schema.get("additionalProperties") is not False:
        raise _invalid(name, "a strict object must say additionalProperties: false")
    if set(properties) - set(schema.get("required", [])):
        raise _invalid(name, "a strict object must require all its properties")


def _parts(schema: Object) -> list[Any]:
    inside: list[Any] = []
    for key in ("properties", "$defs", "definitions"):
        held = schema.get(key, {})
        inside += held.values() if isinstance(held, dict) else [held]
    for key in ("anyOf", "oneOf", "allOf", "prefixItems"):
        held = schema.get(key, [])
        inside += held if isinstance(held, list) else [held]
    return inside + [schema[key] for key in ("items", "additionalProperties") if key in schema]


def _invalid(name: str, why: str) -> Exception:
    return bad_request(f"The schema in '{name}' cannot be used: {why}.", name, "invalid_schema")
