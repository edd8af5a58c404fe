"""Faults in what is taken: requests that are right by OpenAI's reference and refused all the same, or not understood."""

from __future__ import annotations

from collections.abc import Callable

from conformance.reference.errors import bad_request, envelope, unknown_parameter
from conformance.reference.faults.parts import CLAUDE, GITHUB, OLLAMA_2024
from conformance.reference.faults.registry import fault
from conformance.reference.fields import FIELDS
from conformance.reference.values import Object, Refused

Bend = Callable[[Object], Object]


def _refusing(name: str) -> Bend:
    """A fault that knows nothing of a field."""

    def refuse(sent: Object) -> Object:
        """Refuses a field that OpenAI's reference has."""
        if sent.get(name) is not None:
            raise unknown_parameter(name)
        return sent

    return refuse


def _messages(sent: Object) -> list[Object]:
    held = sent.get("messages")
    return [one for one in held if isinstance(one, dict)] if isinstance(held, list) else []


def _role(message: object) -> object:
    return message.get("role") if isinstance(message, dict) else None


_CHECKS = {"stream_options": "chat.stream_options.usage", "audio": "chat.audio.answer", "moderation": "chat.moderation.answer"}
"""Checks that are not called after the field and `accepted`."""

for _field, _seen in {
    "user": "danny-avila/LibreChat/issues/1336",
    "store": "Gitlawb/openclaude/issues/739",
    "prompt_cache_options": "vllm-project/vllm/pull/10463",
    "prompt_cache_retention": "vllm-project/vllm/pull/10463",
    "moderation": "vllm-project/vllm/pull/10463",
    "prompt_cache_key": "MoonshotAI/kimi-code/pull/3660",
    "metadata": "decolua/9router/issues/1157",
    "service_tier": "vllm-project/vllm/pull/10463",
    "safety_identifier": "vllm-project/vllm/pull/10463",
    "stream_options": "RooCodeInc/Roo-Code/issues/83",
    "modalities": "vllm-project/vllm/pull/10463",
    "verbosity": "vllm-project/vllm/pull/10463",
    "prediction": "vllm-project/vllm/pull/10463",
    "web_search_options": "vllm-project/vllm/pull/10463",
    "reasoning_effort": "versun/RSSBox/issues/132",
    "audio": "ltmoerdani/opencode-copilot-chat/issues/24",
}.items():
    fault(
        f"{_field.replace('_', '-')}-refused",
        seen=GITHUB + _seen,
        on="sent",
        speaks=(_CHECKS.get(_field, f"chat.{_field}.accepted"),),
    )(_refusing(_field))


@fault(
    "developer-role-refused",
    seen=GITHUB + "peonist-ai/halogen-flash-server/issues/32",
    on="sent",
    speaks=("chat.developer.role",),
)
def developer_role_refused(sent: Object) -> Object:
    """Does not know the developer role."""
    if any(one.get("role") == "developer" for one in _messages(sent)):
        raise bad_request("There is no role 'developer'.", "messages")
    return sent


@fault("content-parts-refused", seen=GITHUB + "ggml-org/llama.cpp/issues/8367", on="sent", speaks=("chat.content-parts.text",))
def content_parts_refused(sent: Object) -> Object:
    """Takes content as a string only."""
    if any(isinstance(one.get("content"), list) for one in _messages(sent)):
        raise bad_request("Content has to be a string.", "messages")
    return sent


@fault("pictures-refused", seen=OLLAMA_2024, on="sent", speaks=("chat.vision.image",))
def pictures_refused(sent: Object) -> Object:
    """Takes no pictures."""
    if any("image_url" in str(one.get("content")) for one in _messages(sent)):
        raise bad_request("This model does not take pictures.", "messages")
    return sent


@fault("system-messages-dropped", seen=GITHUB + "antirez/ds4/issues/328", on="sent", speaks=("chat.messages.roles",))
def system_messages_dropped(sent: Object) -> Object:
    """Loses messages of the system on the way to the model."""
    held = sent.get("messages")
    kept = [one for one in held if _role(one) != "system"] if isinstance(held, list) else []
    return sent | {"messages": kept} if kept else sent


@fault(
    "earlier-turns-dropped",
    seen=GITHUB + "openinterpreter/openinterpreter/issues/1462",
    on="sent",
    speaks=("chat.messages.turns",),
    also=(
        "chat.developer",
        "chat.history",
    ),
)
def earlier_turns_dropped(sent: Object) -> Object:
    """Reads the last message only."""
    held = sent.get("messages")
    plain = isinstance(held, list) and held and not any("tool" in str(one) for one in held)
    return sent | {"messages": held[-1:]} if plain and isinstance(held, list) else sent


@fault("own-answer-refused", seen=GITHUB + "karthink/gptel/issues/774", on="sent", speaks=("chat.history.own",))
def own_answer_refused(sent: Object) -> Object:
    """Refuses members that its own messages have."""
    if any(name in one for one in _messages(sent) for name in ("annotations", "refusal")):
        raise bad_request("A message has an unknown member.", "messages", "unknown_parameter")
    return sent


@fault(
    "null-refused", seen=GITHUB + "huggingface/text-generation-inference/issues/3155", on="sent", speaks=("chat.defaults.null",)
)
def null_refused(sent: Object) -> Object:
    """Refuses null where a field may be left out."""
    for name, held in sent.items():
        if held is None:
            raise bad_request(f"'{name}' must not be null.", name, "invalid_type")
    return sent


@fault("default-refused", seen=GITHUB + "lobehub/lobehub/issues/8389", on="sent", speaks=("chat.defaults.explicit",))
def default_refused(sent: Object) -> Object:
    """Refuses a penalty of 0."""
    if sent.get("presence_penalty") == 0:
        raise bad_request("There is no parameter 'presence_penalty'.", "presence_penalty", "unknown_parameter")
    return sent


@fault(
    "stream-false-refused",
    seen=GITHUB + "lmstudio-ai/lmstudio-bug-tracker/issues/599",
    on="sent",
    speaks=("chat.stream.flag",),
    also=("chat.defaults",),
)
def stream_false_refused(sent: Object) -> Object:
    """Fails where stream is false and said so."""
    if sent.get("stream") is False:
        raise Refused(500, envelope("no answer", "server_error"))
    return sent


@fault("content-mangled", seen=GITHUB + "vllm-project/vllm/pull/10979", on="sent", speaks=("chat.content.string",))
def content_mangled(sent: Object) -> Object:
    """Fails for text beyond ASCII."""
    if any(one.get("role") == "user" and not str(one.get("content")).isascii() for one in _messages(sent)):
        raise Refused(500, envelope("ordinal not in range(128)", "server_error"))
    return sent


@fault(
    "unknown-field-crash",
    seen=GITHUB + "vllm-project/vllm/pull/10463",
    on="refused",
    speaks=("chat.unknown-field.classified", "errors.status.client"),
)
def unknown_field_crash(refused: Refused) -> Refused:
    """Answers 500 for a field that it does not know."""
    unknown = isinstance(refused.body, dict) and refused.body["error"]["code"] == "unknown_parameter"
    return Refused(500, envelope("unexpected keyword argument", "server_error")) if unknown else refused


@fault("unknown-fields-taken", seen=CLAUDE, on="sent", speaks=("chat.unknown-field.classified",))
def unknown_fields_taken(sent: Object) -> Object:
    """Takes fields that it does not know and leaves them alone."""
    return {name: held for name, held in sent.items() if name in FIELDS}


@fault(
    "unknown-format-taken",
    seen=GITHUB + "ollama/ollama/blob/fb30760996871fa9460115c753afd2c60d4ab0f7/openai/openai.go",
    on="sent",
    speaks=("chat.response_format.unknown",),
)
def unknown_format_taken(sent: Object) -> Object:
    """Takes a response_format that it does not know as if there were none."""
    asked = sent.get("response_format")
    known = ("text", "json_object", "json_schema")
    strange = isinstance(asked, dict) and isinstance(asked.get("type"), str) and asked["type"] not in known
    return sent | {"response_format": None} if strange else sent
