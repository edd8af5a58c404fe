"""JSON Schemas as the classes that users of the SDK give to `parse`. Pydantic comes with the SDK and loads with it.

https://docs.pydantic.dev/latest/concepts/models/#dynamic-model-creation
"""

from __future__ import annotations

from copy import deepcopy
from typing import Any, Literal

from conformance.messages import Json

_PLAIN: dict[str, Any] = {"string": str, "integer": int, "number": float, "boolean": bool, "null": None}


def model_of(name: str, schema: Json) -> Any:
    """A class for an object of a schema; it tells this very schema as its own. Known are enums, constants, plain types, arrays
    and objects within it. Raises KeyError for more.
    """
    import pydantic

    class Prescribed(pydantic.BaseModel):
        """An object whose schema is known beforehand."""

        @classmethod
        def model_json_schema(cls, *_: Any, **__: Any) -> dict[str, Any]:
            """The schema itself, to be changed as the caller likes."""
            told: dict[str, Any] = deepcopy(schema)
            return told

    return pydantic.create_model(name, __base__=Prescribed, **_members(schema))


def _members(schema: Json) -> dict[str, Any]:
    return {name: (_type_of(name, part), ...) for name, part in schema["properties"].items()}


def _type_of(name: str, schema: Json) -> Any:
    if "enum" in schema:
        return Literal[tuple(schema["enum"])]
    if "const" in schema:
        return Literal[schema["const"]]
    if schema["type"] == "object":
        return model_of(name, schema)
    if schema["type"] == "array":
        return list[_type_of(name, schema["items"])]  # type: ignore[misc]
    return _PLAIN[schema["type"]]
