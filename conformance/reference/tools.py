"""Tools: which definitions and choices are legal, and which tools the model calls.

https://platform.openai.com/docs/guides/function-calling
"""

from __future__ import annotations

import re
from random import Random
from typing import Any

from conformance.reference.errors import bad_request, bad_value, missing, out_of_range, unknown_parameter, wrong_type
from conformance.reference.forms import check_name, check_schema
from conformance.reference.messages import text_in
from conformance.reference.values import Object

_WORD = re.compile(r"[a-z]{4,}")
_COMMON = {"this", "that", "with", "from", "what", "when", "your", "have", "will", "call", "tool", "function"}
_SEVERAL = re.compile(r"\b(and|both|each|two|three)\b")


def check_tools(name: str, value: Any) -> None:
    """Up to 128 tools, each a function with a name and an object schema. Raises Refused."""
    if not isinstance(value, list):
        raise wrong_type(name, "an array", value)
    if not value:
        raise bad_request(f"'{name}' is an empty array.", name, "empty_array")
    if len(value) > 128:
        raise out_of_range(name, "array", 128, len(value), True)
    for place, tool in enumerate(value):
        _check_tool(f"{name}[{place}]", tool)


def _check_tool(name: str, tool: Any) -> None:
    if not isinstance(tool, dict):
        raise wrong_type(name, "an object", tool)
    if "type" not in tool:
        raise missing(f"{name}.type")
    if tool["type"] not in ("function", "custom"):
        raise bad_value(f"{name}.type", "one of function, custom", tool["type"])
    kind = tool["type"]
    if kind not in tool:
        raise missing(f"{name}.{kind}")
    _check_function(f"{name}.{kind}", tool[kind])


def check_functions(name: str, value: Any) -> None:
    """The legacy list of functions. Raises Refused."""
    if not isinstance(value, list):
        raise wrong_type(name, "an array", value)
    if not value:
        raise bad_request(f"'{name}' is an empty array.", name, "empty_array")
    for place, function in enumerate(value):
        _check_function(f"{name}[{place}]", function)


def _check_function(name: str, function: Any) -> None:
    if not isinstance(function, dict):
        raise wrong_type(name, "an object", function)
    for key in function:
        if key not in ("name", "description", "parameters", "strict", "format"):
            raise unknown_parameter(f"{name}.{key}")
    check_name(f"{name}.name", function.get("name"))
    if not isinstance(function.get("description"), str | None):
        raise wrong_type(f"{name}.description", "a string", function["description"])
    if not isinstance(function.get("strict"), bool | None):
        raise wrong_type(f"{name}.strict", "a boolean", function["strict"])
    if function.get("parameters"):
        check_schema(f"{name}.parameters", function["parameters"], bool(function.get("strict")))


def check_choice(name: str, value: Any) -> None:
    """none, auto, required (not for the legacy field), or the name of one function."""
    words = ("none", "auto") if name == "function_call" else ("none", "auto", "required")
    if isinstance(value, str):
        if value not in words:
            raise bad_value(name, "one of " + ", ".join(words), value)
    elif not isinstance(value, dict):
        raise wrong_type(name, "a string or an object", value)
    elif name == "tool_choice" and value.get("type") not in ("function", "custom", "allowed_tools"):
        raise bad_value(f"{name}.type", "one of function, custom, allowed_tools", value.get("type"))
    elif name == "function_call":
        check_name(f"{name}.name", value.get("name"))


def offered(sent: Object) -> dict[str, Object]:
    """The functions that may be called, by name, the legacy ones too."""
    tools = [tool.get("function") or tool.get("custom") for tool in sent.get("tools") or ()]
    return {function["name"]: function for function in (*tools, *(sent.get("functions") or ()))}


def chosen(sent: Object, chance: Random) -> list[Object]:
    """The functions that this request makes the model call. Raises Refused for a choice that names no tool."""
    functions = offered(sent)
    choice = sent.get("tool_choice") or sent.get("function_call") or "auto"
    if isinstance(choice, dict) and choice.get("type") == "allowed_tools":
        functions, choice = _allowed(functions, choice["allowed_tools"])
    if isinstance(choice, dict):
        name = (choice.get("function") or choice.get("custom") or choice).get("name")
        if name not in functions:
            raise bad_request(f"There is no tool '{name}' to choose.", "tool_choice")
        return [functions[name]]
    if choice == "none" or not functions:
        return []
    wanted = _wanted(sent, functions)
    if choice == "required" and len(wanted) < 2:
        others = [one for one in functions.values() if one not in wanted]
        wanted = wanted + chance.sample(others, k=min(2 - len(wanted), len(others)))
    single = sent.get("parallel_tool_calls") is False or "functions" in sent
    return wanted[:1] if single else wanted


def _allowed(functions: dict[str, Object], given: Object) -> tuple[dict[str, Object], str]:
    names = {tool.get("function", {}).get("name") for tool in given.get("tools", [])}
    return {name: function for name, function in functions.items() if name in names}, given.get("mode", "auto")


def _wanted(sent: Object, functions: dict[str, Object]) -> list[Object]:
    """What the user's words ask for: a tool is meant where they share a word with its name or description."""
    last = sent["messages"][-1]
    if last["role"] != "user":
        return []
    text = text_in(last).lower()
    said = set(_WORD.findall(text)) - _COMMON
    meant = [one for one in functions.values() if said & set(_WORD.findall(_about(one)))]
    return meant * 2 if len(meant) == 1 and _SEVERAL.search(text) else meant


def _about(function: Object) -> str:
    return f"{function['name']} {function.get('description') or ''}".lower().replace("_", " ")
