"""JSON Schemas compiled into functions that say yes or no, for the many values that are as they ought to be; what is not is told
by jsonschema. Exactly the keywords below are known; a schema with another one is not compiled.

https://json-schema.org/draft/2020-12/json-schema-validation
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from conformance.messages import Json

Fits = Callable[[Json], bool]

_SILENT = frozenset(("$schema", "$id", "$defs", "$comment", "title", "description", "then", "else"))


class Unknown(Exception):
    """A schema has a keyword, or a value of one, that is not known here."""


def compiled(schema: Json) -> Fits | None:
    """Whether a value fits the schema, as a function; None where the schema is beyond what is known here. 3.0 is no integer."""
    try:
        return _compiled(schema, schema)
    except (Unknown, RecursionError):
        return None


def _compiled(schema: Json, root: Json) -> Fits:
    if isinstance(schema, bool):
        return lambda _: schema
    made = [make(schema[word], schema, root) for word, make in _KEYWORDS.items() if word in schema]
    if unknown := schema.keys() - _KEYWORDS.keys() - _SILENT:
        raise Unknown(min(unknown))
    return made[0] if len(made) == 1 else _all(made)


def _all(made: list[Fits]) -> Fits:
    """Whether a value fits all; loops, since they are what takes the time, are written out."""

    def fits(value: Json) -> bool:
        for one in made:  # noqa: SIM110
            if not one(value):
                return False
        return True

    return fits


def _type(said: Json, _schema: Json, _root: Json) -> Fits:
    words = said if isinstance(said, list) else [said]
    types = tuple(kind for word in words for kind in _TYPES[word])
    flagged = "boolean" in words or not {"integer", "number"} & set(words)
    if flagged:
        return lambda value: isinstance(value, types)
    return lambda value: isinstance(value, types) and value is not True and value is not False


_TYPES: Mapping[str, tuple[type, ...]] = {
    "object": (dict,),
    "array": (list,),
    "string": (str,),
    "integer": (int,),
    "number": (int, float),
    "boolean": (bool,),
    "null": (type(None),),
}


def _properties(said: Json, _schema: Json, root: Json) -> Fits:
    inner = {name: _compiled(one, root) for name, one in said.items()}

    def fits(value: Json) -> bool:
        if isinstance(value, dict):
            for name in value:
                if name in inner and not inner[name](value[name]):
                    return False
        return True

    return fits


def _additional(said: Json, schema: Json, root: Json) -> Fits:
    known, inner = schema.get("properties", {}).keys(), _compiled(said, root)
    return lambda value: not isinstance(value, dict) or all(inner(one) for name, one in value.items() if name not in known)


def _required(said: Json, _schema: Json, _root: Json) -> Fits:
    wanted = frozenset(said)
    return lambda value: not isinstance(value, dict) or wanted <= value.keys()


def _items(said: Json, _schema: Json, root: Json) -> Fits:
    inner = _compiled(said, root)
    return lambda value: not isinstance(value, list) or all(inner(one) for one in value)


def _enum(said: Json, _schema: Json, _root: Json) -> Fits:
    if not all(isinstance(one, str | None) for one in said):
        raise Unknown("enum")
    return lambda value: isinstance(value, str | None) and value in said


def _const(said: Json, schema: Json, root: Json) -> Fits:
    return _enum([said], schema, root)


def _least(said: Json, _schema: Json, _root: Json) -> Fits:
    return lambda value: not _is_number(value) or not value < said


def _most(said: Json, _schema: Json, _root: Json) -> Fits:
    return lambda value: not _is_number(value) or not value > said


def _is_number(value: Json) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _shortest(said: Json, _schema: Json, _root: Json) -> Fits:
    return lambda value: not isinstance(value, str) or len(value) >= said


def _fewest(said: Json, _schema: Json, _root: Json) -> Fits:
    return lambda value: not isinstance(value, list) or len(value) >= said


def _any_of(said: Json, _schema: Json, root: Json) -> Fits:
    inner = [_compiled(one, root) for one in said]
    return lambda value: any(fits(value) for fits in inner)


def _all_of(said: Json, _schema: Json, root: Json) -> Fits:
    inner = [_compiled(one, root) for one in said]
    return _all(inner)


def _one_of(said: Json, _schema: Json, root: Json) -> Fits:
    inner = [_compiled(one, root) for one in said]
    return lambda value: sum(fits(value) for fits in inner) == 1


def _not(said: Json, _schema: Json, root: Json) -> Fits:
    inner = _compiled(said, root)
    return lambda value: not inner(value)


def _if(said: Json, schema: Json, root: Json) -> Fits:
    asked, then, other = (_compiled(one, root) for one in (said, schema.get("then", True), schema.get("else", True)))
    return lambda value: then(value) if asked(value) else other(value)


def _ref(said: Json, _schema: Json, root: Json) -> Fits:
    """A reference into the schema's own definitions; one that leads back to itself is beyond what is compiled."""
    first, _, name = str(said).rpartition("/")
    if first != "#/$defs" or name not in root.get("$defs", {}):
        raise Unknown("$ref")
    return _compiled(root["$defs"][name], root)


_KEYWORDS: Mapping[str, Callable[[Any, Any, Any], Fits]] = {
    "type": _type,
    "required": _required,
    "const": _const,
    "enum": _enum,
    "minimum": _least,
    "maximum": _most,
    "minLength": _shortest,
    "minItems": _fewest,
    "properties": _properties,
    "additionalProperties": _additional,
    "items": _items,
    "anyOf": _any_of,
    "allOf": _all_of,
    "oneOf": _one_of,
    "not": _not,
    "if": _if,
    "$ref": _ref,
}
