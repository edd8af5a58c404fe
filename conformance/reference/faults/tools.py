"""Faults in whether tools are called, and which."""

from __future__ import annotations

from typing import Any

from conformance.reference.errors import bad_request, envelope
from conformance.reference.faults.parts import CLAUDE, GITHUB, choices, saying, streamed, without
from conformance.reference.faults.registry import fault
from conformance.reference.values import Asked, Object, Refused


@fault("calls-lost-in-stream", seen=GITHUB + "ddalcu/mlx-serve/issues/287", on="sent", speaks=("chat.tools.stream",))
def calls_lost_in_stream(sent: Object, asked: Asked) -> Object:
    """Calls nothing in streams."""
    return without(sent, "tools", "tool_choice", "parallel_tool_calls") if streamed(asked) else sent


@fault(
    "stream-with-tools-refused",
    seen=GITHUB + "skye-harris/hass_local_openai_llm/issues/5",
    on="sent",
    speaks=("chat.tools.stream",),
)
def stream_with_tools_refused(sent: Object, asked: Asked) -> Object:
    """Answers 500 where a stream is to call tools."""
    if streamed(asked) and "tools" in sent:
        raise Refused(500, envelope("Tools do not go with a stream.", "server_error"))
    return sent


@fault(
    "tools-ignored",
    seen=GITHUB + "Blaizzy/mlx-vlm/issues/1045",
    on="sent",
    speaks=("chat.tools.required", "chat.tool_choice.required", "chat.tool_choice.kept"),
)
def tools_ignored(sent: Object) -> Object:
    """Takes tools and never calls one."""
    return without(sent, "tools", "tool_choice", "parallel_tool_calls")


@fault("tool-choice-ignored", seen=GITHUB + "google-ai-edge/LiteRT-LM/issues/2471", on="sent", speaks=("chat.tools.named",))
def tool_choice_ignored(sent: Object) -> Object:
    """Takes tool_choice and leaves the choice to the model."""
    return without(sent, "tool_choice")


@fault("tool-choice-none-ignored", seen=GITHUB + "ROCm/FastFlowLM/pull/728", on="sent", speaks=("chat.tool_choice.none",))
def tool_choice_none_ignored(sent: Object) -> Object:
    """Calls tools where it must not."""
    return without(sent, "tool_choice") if sent.get("tool_choice") == "none" else sent


@fault(
    "parallel-tool-calls-ignored",
    seen=GITHUB + "sgl-project/sglang/issues/9696",
    on="sent answer chunks",
    speaks=("chat.parallel_tool_calls.false", "chat.parallel_tool_calls.kept"),
)
def parallel_tool_calls_ignored(value: Any, asked: Asked) -> Any:
    """Calls several tools where it may call one."""
    if asked.sent.get("parallel_tool_calls") is not False or not isinstance(value, dict) or "choices" not in value:
        return without(value, "parallel_tool_calls") if isinstance(value, dict) and "messages" in value else value
    for said in saying(value):
        held = said.get("tool_calls") or []
        said["tool_calls"] = [*held, *(call | {"id": call["id"][:-1] + "_"} for call in held)]
    return value


@fault(
    "tools-called-as-functions",
    seen=GITHUB + "zai-org/GLM-4/issues/64",
    on="answer",
    speaks=("chat.tool_calls.legacy",),
    also=("chat.tools", "chat.tool_choice", "chat.parallel_tool_calls"),
)
def tools_called_as_functions(answer: Object) -> Object:
    """Answers to tools with the legacy function_call."""
    for choice in choices(answer):
        if called := choice["message"].pop("tool_calls", None):
            choice["message"]["function_call"] = called[0]["function"]
            choice["finish_reason"] = "function_call"
    return answer


@fault("function-call-ignored", seen=CLAUDE, on="sent", speaks=("chat.function_call.named",))
def function_call_ignored(sent: Object) -> Object:
    """Takes the legacy functions and calls none."""
    return without(sent, "functions", "function_call")


@fault("own-call-ids-refused", seen=GITHUB + "jundot/omlx/issues/1995", on="sent", speaks=("chat.tools.history",))
def own_call_ids_refused(sent: Object) -> Object:
    """Refuses the ids that it gave its own calls."""
    messages = sent.get("messages")
    given = [message for message in messages if isinstance(message, dict)] if isinstance(messages, list) else []
    if any(message.get("tool_calls") for message in given):
        raise bad_request("A tool call's id has to be nine letters or digits long.", "messages")
    return sent


@fault(
    "call-ids-begin-anew",
    seen=GITHUB + "open-webui/open-webui/issues/28570",
    on="answer chunk",
    speaks=("chat.tool_calls.ids.apart",),
)
def call_ids_begin_anew(value: Object) -> Object:
    """Names calls by their tool and their place in the answer, so that the next answer has the same ids."""
    for said in saying(value):
        for place, call in enumerate(said.get("tool_calls") or ()):
            if "id" in call:
                call["id"] = f"{call['function']['name']}:{call.get('index', place)}"
    return value


@fault("tool-results-dropped", seen=GITHUB + "ollama/ollama/pull/17414", on="sent", speaks=("chat.tools.history",))
def tool_results_dropped(sent: Object) -> Object:
    """Loses the result of a tool on the way to the model."""
    messages = sent.get("messages")
    if not isinstance(messages, list):
        return sent
    return sent | {
        "messages": [one | {"content": "-"} if isinstance(one, dict) and one.get("role") == "tool" else one for one in messages]
    }
