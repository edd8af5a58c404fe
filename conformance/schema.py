"""JSON Schema to findings. The only importer of jsonschema."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from functools import cache
from importlib.resources import files
from itertools import islice
from typing import Any

from jsonschema import Draft202012Validator, TypeChecker
from jsonschema.exceptions import SchemaError, ValidationError, best_match
from jsonschema.validators import extend

from conformance.messages import Json
from conformance.model import Finding
from conformance.quick import Fits, compiled

Document = dict[str, Any]

_TOLD = ("$comment", "default", "description", "else", "examples", "maxContains", "minContains", "then", "title")
KEYWORDS = tuple(sorted({*Draft202012Validator.VALIDATORS, *_TOLD}))
"""What a schema may say; whatever else stands in one is passed over by those who read it."""

MOST_ERRORS = 50
"""A value may break a schema in a million places; so many tell enough."""


def _is_integer(_: TypeChecker, value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


_extended: Callable[..., Any] = extend
_Strict = _extended(Draft202012Validator, type_checker=Draft202012Validator.TYPE_CHECKER.redefine("integer", _is_integer))
"""For messages of the API: `3.0` is no integer there, since typed clients do not read it as one."""


def specs(*parts: str) -> Any:
    """A file or folder of the specifications: package data of an installed wheel, `specs/` of a checkout."""
    installed = files("conformance").joinpath("specs")
    root = installed if installed.is_dir() else files("conformance").joinpath("..", "specs")
    return root.joinpath(*parts)


@cache
def named_schema(name: str) -> Document:
    """The schema `specs/openai/NAME.schema.json`."""
    document: Document = json.loads(specs("openai", f"{name}.schema.json").read_text("utf-8"))
    return document


@cache
def _named(name: str) -> Any:
    return _Strict(named_schema(name))


@cache
def _quick(name: str) -> Fits | None:
    return compiled(named_schema(name))


def against(name: str, value: Json, where: str = "$") -> Iterator[Finding]:
    """What in a value breaks the named schema of the API, one finding an error, the place as a JSON path."""
    quick = _quick(name)
    return iter(()) if quick and quick(value) else _findings(_named(name), value, where)


def breaches(schema: Json, value: Json, where: str = "$") -> Iterator[Finding]:
    """What in a value breaks a schema given as a value."""
    return _findings(Draft202012Validator(schema), value, where)


def fits(schema: Json, value: Json) -> bool:
    """Whether a value satisfies a schema given as a value."""
    return Draft202012Validator(schema).is_valid(value)


def schema_fault(schema: Document) -> str:
    """What is wrong with a schema that stands by itself, in words; an empty string where nothing is."""
    if _refers(schema):
        return "refers to another schema"
    try:
        Draft202012Validator.check_schema(schema)
    except SchemaError as error:
        return f"{error.message} at {error.json_path}"
    return ""


def _refers(value: Json) -> bool:
    if isinstance(value, dict):
        return "$ref" in value or "$dynamicRef" in value or any(map(_refers, value.values()))
    return isinstance(value, list) and any(map(_refers, value))


def _findings(validator: Any, value: Json, where: str) -> Iterator[Finding]:
    try:
        for error in islice(validator.iter_errors(value), MOST_ERRORS):
            yield _finding(best_match([error]) or error, where)
    except RecursionError:
        yield Finding("is nested too deeply to be read by ordinary clients", where, seen_by=("schema",))


_SAID = {
    "type": "is of another type",
    "const": "has another value",
    "enum": "is none of the known values",
    "minLength": "is too short",
    "minItems": "has too few items",
    "minimum": "is too small",
    "maximum": "is too large",
}
"""What is wrong with a value, by the keyword of the schema that it breaks."""


def _finding(error: ValidationError, where: str) -> Finding:
    place = where + error.json_path.removeprefix("$")
    if error.validator == "required":
        name = error.message.split("'")[1]
        return Finding(f"the required member {name} is missing", f"{place}.{name}", "present", "absent", ("schema",))
    named = next((_short(step, 40).strip('"') for step in reversed(error.absolute_path) if isinstance(step, str)), "the answer")
    message = f"{named} {_SAID.get(str(error.validator), f'does not fit the schema in its {error.validator}')}"
    return Finding(message, place, _wanted(error), _short(error.instance), ("schema",))


def _wanted(error: ValidationError) -> str:
    value = error.validator_value
    return _short(value) if error.validator == "const" else f"{error.validator}: {_short(value)}"


def _short(value: Json, most: int = 120) -> str:
    try:
        text = json.dumps(value, ensure_ascii=False, default=str)
    except RecursionError:
        text = "(nested too deeply to print)"
    return text if len(text) <= most else text[: most - 1] + "…"
