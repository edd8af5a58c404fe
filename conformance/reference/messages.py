"""The messages of a request: which are legal, and the text that the model reads of them.

https://platform.openai.com/docs/api-reference/chat/create#chat-create-messages
"""

from __future__ import annotations

import base64
import json
from typing import Any

from conformance.reference.errors import bad_request, bad_value, missing, unknown_parameter, wrong_type
from conformance.reference.values import Object
from conformance.reference.vocabulary import tokens_of

ROLES = ("system", "developer", "user", "assistant", "tool", "function")
_PARTS = {
    "system": ("text",),
    "developer": ("text",),
    "tool": ("text",),
    "function": ("text",),
    "assistant": ("text", "refusal"),
    "user": ("text", "image_url", "input_audio", "file"),
}
_ALSO = {
    "assistant": ("tool_calls", "function_call", "refusal", "audio", "annotations", "parsed"),
    "tool": ("tool_call_id",),
}
_IMAGE = 85
WINDOW = 32_768
"""The most words that a prompt may have. Every word is a token at least."""

_EACH, _REPLY = 3, 3
"""What a message, and the answer's opening, cost beside their text."""


def check_messages(name: str, value: Any) -> None:
    """Nothing, for a conversation that can be continued. Raises Refused."""
    if not isinstance(value, list):
        raise wrong_type(name, "an array", value)
    if not value:
        raise bad_request(f"'{name}' is an empty array.", name, "empty_array")
    for place, message in enumerate(value):
        _check_message(f"{name}[{place}]", message)
    _check_calls(name, value)


def _check_message(name: str, message: Any) -> None:
    if not isinstance(message, dict):
        raise wrong_type(name, "an object", message)
    if "role" not in message:
        raise missing(f"{name}.role")
    role = message["role"]
    if not isinstance(role, str):
        raise wrong_type(f"{name}.role", "a string", role)
    if role not in ROLES:
        raise bad_value(f"{name}.role", "one of " + ", ".join(ROLES), role)
    for key in message:
        if key not in ("role", "content", "name", *_ALSO.get(role, ())):
            raise unknown_parameter(f"{name}.{key}")
    if not isinstance(message.get("name"), str | None):
        raise wrong_type(f"{name}.name", "a string", message["name"])
    check_content(name, role, message)
    if role == "assistant":
        _check_own_calls(f"{name}.tool_calls", message.get("tool_calls"))
    if role == "tool" and not isinstance(message.get("tool_call_id"), str):
        raise missing(f"{name}.tool_call_id")


def check_content(name: str, role: str, message: Object) -> None:
    """Nothing, for the content that a role may have. Raises Refused."""
    content = message.get("content")
    if content is None:
        if role != "assistant" or not any(message.get(key) for key in ("tool_calls", "function_call", "refusal", "audio")):
            raise (
                wrong_type(f"{name}.content", "a string or an array", content)
                if "content" in message
                else missing(f"{name}.content")
            )
        return
    if isinstance(content, str):
        return
    if not isinstance(content, list):
        raise wrong_type(f"{name}.content", "a string or an array", content)
    if not content:
        raise bad_request(f"'{name}.content' is an empty array.", f"{name}.content", "empty_array")
    for place, part in enumerate(content):
        _check_part(f"{name}.content[{place}]", part, _PARTS[role])


def _check_part(name: str, part: Any, allowed: tuple[str, ...]) -> None:
    if not isinstance(part, dict):
        raise wrong_type(name, "an object", part)
    if "type" not in part:
        raise missing(f"{name}.type")
    if part["type"] not in allowed:
        raise bad_value(f"{name}.type", "one of " + ", ".join(allowed), part["type"])
    kind = part["type"]
    if kind not in part:
        raise missing(f"{name}.{kind}")
    wanted = str if kind in ("text", "refusal") else dict
    if not isinstance(part[kind], wanted):
        raise wrong_type(f"{name}.{kind}", "a string" if wanted is str else "an object", part[kind])
    if kind == "image_url":
        _check_image(f"{name}.image_url", part[kind])


def _check_image(name: str, image: Object) -> None:
    url = image.get("url")
    if not isinstance(url, str):
        raise missing(f"{name}.url")
    if not url.startswith(("data:image/", "http://", "https://")):
        raise bad_request(f"'{name}.url' is neither a web address nor image data.", f"{name}.url", "invalid_image_url")
    if url.startswith(("http://127.", "http://localhost")):
        raise bad_request(f"'{name}.url' cannot be fetched.", f"{name}.url", "invalid_image_url")
    if url.startswith("data:") and not _is_image(url):
        raise bad_request(f"'{name}.url' holds no image of a known kind.", f"{name}.url", "invalid_base64_image")
    if image.get("detail", "auto") not in ("auto", "low", "high"):
        raise bad_value(f"{name}.detail", "one of auto, low, high", image["detail"])


def _is_image(url: str) -> bool:
    """Whether a data URL's bytes begin as those of an image do."""
    try:
        data = base64.b64decode(url.partition(",")[2], validate=True)
    except ValueError:
        return False
    return data.startswith((b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff", b"GIF8")) or data[8:12] == b"WEBP"


def _check_own_calls(name: str, calls: Any) -> None:
    if calls is None:
        return
    if not isinstance(calls, list):
        raise wrong_type(name, "an array", calls)
    if not calls:
        raise bad_request(f"'{name}' is an empty array.", name, "empty_array")
    for place, call in enumerate(calls):
        where = f"{name}[{place}]"
        if not isinstance(call, dict):
            raise wrong_type(where, "an object", call)
        if not isinstance(call.get("id"), str):
            raise missing(f"{where}.id")
        if call.get("type") not in ("function", "custom"):
            raise bad_value(f"{where}.type", "function", call.get("type"))
        function = call.get(call["type"])
        if not isinstance(function, dict) or not isinstance(function.get("name"), str):
            raise missing(f"{where}.function.name")
        if call["type"] == "function" and not isinstance(function.get("arguments"), str):
            raise wrong_type(f"{where}.function.arguments", "a string", function.get("arguments"))


def _check_calls(name: str, messages: list[Object]) -> None:
    """Every call is answered by the messages right behind it, and every answer has its call."""
    open_: set[str] = set()
    for place, message in enumerate(messages):
        where = f"{name}[{place}]"
        if message["role"] == "tool":
            if message["tool_call_id"] not in open_:
                raise bad_request(f"'{where}' answers a tool call that was not made just before.", f"{where}.tool_call_id")
            open_.discard(message["tool_call_id"])
            continue
        if open_:
            raise bad_request(f"'{where}' comes before the tool messages that must answer {sorted(open_)}.", where)
        open_ = {call["id"] for call in message.get("tool_calls") or ()}
    if open_:
        raise bad_request(f"No tool message answers {sorted(open_)}.", name)


def check_window(messages: list[Object]) -> None:
    """Nothing, for a conversation that the model has room for. Raises Refused."""
    words = sum(len(text_in(message).split()) for message in messages)
    if words > WINDOW:
        said = f"This model's context has room for {WINDOW} tokens, but the messages have {words} at least."
        raise bad_request(said, "messages", "context_length_exceeded")


def text_in(message: Object) -> str:
    """The words of a message, its parts joined."""
    content = message.get("content")
    parts = [content] if isinstance(content, str) else content or []
    return "".join(part if isinstance(part, str) else part.get("text") or part.get("refusal") or "" for part in parts)


def read(sent: Object) -> str:
    """The prompt that the model sees: the same for a text and its only part, for `system` and `developer`."""
    lines = [_line(message) for message in sent["messages"]]
    tools = [tool for key in ("tools", "functions") for tool in sent.get(key) or ()]
    return "\n".join([*(json.dumps(tool, sort_keys=True) for tool in tools), *lines])


def _line(message: Object) -> str:
    role = {"developer": "system"}.get(message["role"], message["role"])
    content = message.get("content")
    pictures = [part for part in content if "text" not in part] if isinstance(content, list) else []
    calls = [message[key] for key in ("tool_calls", "function_call") if message.get(key)]
    also = [json.dumps(thing, sort_keys=True) for thing in (*pictures, *calls, message.get("name")) if thing]
    return " ".join([f"{role}:", text_in(message), *also])


def prompt_tokens(sent: Object) -> int:
    """How many tokens the prompt counts; a picture counts as many, whatever it shows."""
    plain = [message | {"content": text_in(message)} for message in sent["messages"]]
    contents = [message["content"] for message in sent["messages"] if isinstance(message.get("content"), list)]
    pictures = sum(part.get("type") not in ("text", "refusal") for content in contents for part in content)
    text = read(sent | {"messages": plain})
    return len(tokens_of(text)) + _IMAGE * pictures + _EACH * len(plain) + _REPLY
