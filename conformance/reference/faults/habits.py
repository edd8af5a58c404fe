"""Faults against habits of OpenAI: members and degrees that the reference does not require and strict clients count on."""

from __future__ import annotations

from dataclasses import replace

from conformance.reference.errors import envelope
from conformance.reference.faults.parts import GITHUB, calls, saying, without
from conformance.reference.faults.registry import fault
from conformance.reference.values import Asked, Object, Refused

Chunks = list[Object]

_THOUGHT = "The user greets me, so I should say"


@fault(
    "fingerprint-absent",
    seen=GITHUB + "MacPaw/OpenAI/issues/345",
    on="answer chunk",
    speaks=("chat.system_fingerprint.told",),
)
def fingerprint_absent(value: Object) -> Object:
    """Has no member system_fingerprint."""
    return without(value, "system_fingerprint")


@fault(
    "fingerprint-in-plain-answers-alone",
    seen=GITHUB + "vllm-project/vllm/pull/57436",
    on="chunk",
    speaks=("chat.system_fingerprint.told",),
)
def fingerprint_in_plain_answers_alone(chunk: Object) -> Object:
    """Leaves system_fingerprint out of streams."""
    return without(chunk, "system_fingerprint")


@fault(
    "usage-details-without-audio",
    seen=GITHUB + "JetBrains/koog/issues/676",
    on="answer chunk",
    speaks=("chat.usage.details.members",),
)
def usage_details_without_audio(value: Object) -> Object:
    """Tells the cached tokens of a prompt and nothing of audio."""
    if not value.get("usage"):
        return value
    return value | {"usage": value["usage"] | {"prompt_tokens_details": {"cached_tokens": 0}}}


@fault(
    "thoughts-not-counted",
    seen=GITHUB + "ai-dynamo/dynamo/issues/13329",
    on="sent answer",
    speaks=("chat.usage.details.thoughts",),
)
def thoughts_not_counted(value: Object) -> Object:
    """Tells what the model thought, takes it back as history, and drops the count of it on the way."""
    if "choices" not in value:
        messages = value.get("messages")
        listed = messages if isinstance(messages, list) else []
        told = [without(one, "reasoning_content") if isinstance(one, dict) else one for one in listed]
        return value | {"messages": told} if listed else value
    for said in saying(value):
        said["reasoning_content"] = _THOUGHT
    return value | {"usage": without(value["usage"], "completion_tokens_details")}


@fault(
    "thoughts-not-taken-back",
    seen=GITHUB + "gsd-build/gsd-2/issues/4647",
    on="answer",
    speaks=("chat.reasoning.history",),
)
def thoughts_not_taken_back(answer: Object) -> Object:
    """Tells what the model thought, and refuses it as history, as it does every unknown member."""
    for said in saying(answer):
        said["reasoning_content"] = _THOUGHT
    return answer


@fault(
    "thinks-whatever-the-effort",
    seen=GITHUB + "rohitg00/agentmemory/pull/240",
    on="answer",
    speaks=("chat.reasoning_effort.none",),
)
def thinks_whatever_the_effort(answer: Object, asked: Asked) -> Object:
    """Thinks until the limit is reached, though the request wants no thoughts."""
    if asked.sent.get("reasoning_effort") != "none" or not asked.sent.get("max_tokens"):
        return answer
    for choice in answer["choices"]:
        choice["message"] |= {"content": "", "reasoning": choice["message"]["content"] or _THOUGHT}
        choice["finish_reason"] = "length"
    spent, prompt = asked.sent["max_tokens"] * len(answer["choices"]), answer["usage"]["prompt_tokens"]
    return answer | {"usage": answer["usage"] | {"completion_tokens": spent, "total_tokens": prompt + spent}}


@fault(
    "large-limit-is-422",
    seen=GITHUB + "openclaw/openclaw/pull/53006",
    on="refused",
    speaks=("errors.range.limit",),
)
def large_limit_is_422(refused: Refused) -> Refused:
    """Refuses a limit beyond the window with 422."""
    error = refused.body.get("error") if isinstance(refused.body, dict) else None
    beyond = isinstance(error, dict) and error.get("param") == "max_tokens" and error.get("code") == "integer_above_max_value"
    return replace(refused, status=422) if beyond else refused


@fault(
    "arguments-in-one-fragment",
    seen=GITHUB + "lmstudio-ai/lmstudio-bug-tracker/issues/1868",
    on="chunks",
    speaks=("chat.tools.fragments.gradual",),
)
def arguments_in_one_fragment(chunks: Chunks) -> Chunks:
    """Streams the arguments of each call as one fragment behind its opening."""
    whole: dict[int, str] = {}
    for call in (call for chunk in chunks for call in calls(chunk)):
        whole[call["index"]] = whole.get(call["index"], "") + call["function"]["arguments"]
    kept = []
    for chunk in chunks:
        fragments = [call for call in calls(chunk) if not call.get("id")]
        for call in fragments:
            call["function"]["arguments"] = whole.pop(call["index"], "")
        if not fragments or any(call["function"]["arguments"] for call in fragments):
            kept.append(chunk)
    return kept


@fault(
    "arguments-begin-in-the-opening",
    seen=GITHUB + "ggml-org/llama.cpp/issues/22722",
    on="chunks",
    speaks=("chat.tools.fragments.opening",),
)
def arguments_begin_in_the_opening(chunks: Chunks) -> Chunks:
    """Sends the brace that opens the arguments beside the name of the call."""
    opened: set[int] = set()
    for call in (call for chunk in chunks for call in calls(chunk)):
        function = call["function"]
        if call.get("id"):
            function["arguments"] = "{"
        elif call["index"] not in opened:
            opened.add(call["index"])
            function["arguments"] = function["arguments"].removeprefix("{")
    return chunks


@fault(
    "retired-model-is-410",
    seen=GITHUB + "can1357/oh-my-pi/issues/2299",
    on="refused",
    speaks=("errors.unknown-model.code",),
)
def retired_model_is_410(refused: Refused) -> Refused:
    """Answers 410 Gone for a model that it no longer has."""
    error = refused.body.get("error") if isinstance(refused.body, dict) else None
    if not isinstance(error, dict) or error.get("code") != "model_not_found":
        return refused
    return Refused(410, envelope("The model has reached the end of its life."))
