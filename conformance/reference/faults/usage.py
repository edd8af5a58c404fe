"""Faults in token counts."""

from __future__ import annotations

from zlib import crc32

from conformance.reference.faults.parts import GITHUB, OLLAMA_2024, saying, without
from conformance.reference.faults.registry import fault
from conformance.reference.values import Asked, Object

Chunks = list[Object]


def _counted(value: Object, **counts: object) -> Object:
    """The answer or chunk with other counts, where it has any."""
    return value | {"usage": value["usage"] | counts} if value.get("usage") else value


@fault("no-usage", seen=GITHUB + "etkecc/baibot/issues/25", on="answer", speaks=("chat.usage.present",))
def no_usage(answer: Object) -> Object:
    """Counts no tokens."""
    return without(answer, "usage")


@fault(
    "usage-zero",
    seen=GITHUB + "tale-project/tale/issues/1428",
    on="answer chunk",
    speaks=(
        "chat.usage.prompt",
        "chat.usage.completion",
        "chat.usage.repeat",
    ),
)
def usage_zero(value: Object) -> Object:
    """Counts no tokens and says 0."""
    return _counted(value, prompt_tokens=0, completion_tokens=0, total_tokens=0)


@fault("prompt-tokens-zero-when-cached", seen=OLLAMA_2024, on="answer", speaks=("chat.usage.repeat",), remembers=True)
def prompt_tokens_zero_when_cached(answer: Object, asked: Asked) -> Object:
    """Counts no prompt tokens for a prompt that it has seen before."""
    known = asked.memory.setdefault("prompts", set())
    mark = crc32(str(asked.sent.get("messages")).encode("utf-8", "replace"))
    if mark not in known:
        known.add(mark)
        return answer
    return _counted(answer, prompt_tokens=0, total_tokens=answer["usage"]["completion_tokens"])


@fault(
    "prompt-tokens-constant", seen=GITHUB + "neuralmagic/deepsparse/pull/1496", on="answer chunk", speaks=("chat.usage.grows",)
)
def prompt_tokens_constant(value: Object) -> Object:
    """Counts every prompt alike."""
    said = (value.get("usage") or {}).get("completion_tokens", 0)
    return _counted(value, prompt_tokens=8, total_tokens=8 + said)


@fault(
    "completion-tokens-of-one-choice", seen=GITHUB + "ggml-org/llama.cpp/pull/27318", on="answer", speaks=("chat.usage.choices",)
)
def completion_tokens_of_one_choice(answer: Object) -> Object:
    """Counts the tokens of one choice where there are several."""
    usage = answer["usage"]
    said = usage["completion_tokens"] // len(answer["choices"])
    return _counted(answer, completion_tokens=said, total_tokens=usage["prompt_tokens"] + said)


@fault("prompt-tokens-of-every-choice", seen=GITHUB + "inclusionAI/AReno/pull/460", on="answer", speaks=("chat.usage.once",))
def prompt_tokens_of_every_choice(answer: Object) -> Object:
    """Counts the prompt again for every further choice."""
    usage = answer["usage"]
    prompt = usage["prompt_tokens"] * len(answer["choices"])
    return _counted(answer, prompt_tokens=prompt, total_tokens=prompt + usage["completion_tokens"])


@fault("total-is-not-the-sum", seen=GITHUB + "evalstate/fast-agent/pull/276", on="answer chunk", speaks=("chat.usage.sum",))
def total_is_not_the_sum(value: Object) -> Object:
    """Counts a total that is more than its parts."""
    return _counted(value, total_tokens=value["usage"]["total_tokens"] + 25) if value.get("usage") else value


@fault(
    "reasoning-counted-apart",
    seen=GITHUB + "UKGovernmentBEIS/inspect_ai/issues/5528",
    on="answer chunk",
    speaks=("chat.usage.parts",),
)
def reasoning_counted_apart(value: Object) -> Object:
    """Counts more tokens of reasoning than of the whole answer."""
    return _counted(value, completion_tokens_details={"reasoning_tokens": 4096})


@fault("usage-counts-null", seen=GITHUB + "langchain4j/langchain4j/issues/921", on="answer chunk", speaks=("chat.usage.shape",))
def usage_counts_null(value: Object) -> Object:
    """Has null for a count."""
    return _counted(value, completion_tokens=None)


@fault(
    "usage-empty",
    seen=GITHUB + "zed-industries/zed/issues/42893",
    on="answer chunk",
    speaks=("chat.usage.shape",),
    also=("chat.stream_options",),
)
def usage_empty(value: Object) -> Object:
    """Has an empty object for the counts."""
    return value | {"usage": {}} if value.get("usage") else value


@fault("stream-usage-missing", seen=GITHUB + "ollama/ollama/issues/5200", on="sent", speaks=("chat.stream_options.usage",))
def stream_usage_missing(sent: Object) -> Object:
    """Takes no notice of include_usage."""
    return without(sent, "stream_options")


@fault("stream-usage-unasked", seen=GITHUB + "sigoden/aichat/issues/580", on="chunks", speaks=("chat.stream.usage.unasked",))
def stream_usage_unasked(chunks: Chunks, asked: Asked) -> Chunks:
    """Counts tokens in streams that did not ask for it."""
    if asked.sent.get("stream_options"):
        return chunks
    said = sum("content" in delta and bool(delta["content"]) for chunk in chunks for delta in saying(chunk))
    counts = {"prompt_tokens": 12, "completion_tokens": said, "total_tokens": 12 + said}
    return [*chunks, without(chunks[-1], "obfuscation") | {"choices": [], "usage": counts}]


@fault(
    "stream-usage-everywhere", seen=GITHUB + "vllm-project/vllm/issues/49216", on="chunks", speaks=("chat.stream.usage.chunk",)
)
def stream_usage_everywhere(chunks: Chunks) -> Chunks:
    """Counts tokens in every chunk instead of a last one without choices."""
    if not chunks[-1].get("usage"):
        return chunks
    return [chunk | {"usage": chunks[-1]["usage"]} for chunk in chunks[:-1]]


@fault("stream-usage-choices-null", seen=GITHUB + "ollama/ollama/pull/6784", on="chunk", speaks=("chat.stream.schema",))
def stream_usage_choices_null(chunk: Object) -> Object:
    """Has null for the choices of the chunk that counts."""
    return chunk | {"choices": chunk["choices"] or None}


@fault("stream-usage-choices-absent", seen=GITHUB + "lobehub/lobehub/pull/9220", on="chunk", speaks=("chat.stream.schema",))
def stream_usage_choices_absent(chunk: Object) -> Object:
    """Leaves the choices out of the chunk that counts."""
    return chunk if chunk["choices"] else without(chunk, "choices")


@fault("stream-usage-other", seen=GITHUB + "vllm-project/vllm/issues/8625", on="chunk", speaks=("chat.stream_options.equal",))
def stream_usage_other(chunk: Object) -> Object:
    """Counts other tokens in a stream than in a plain answer."""
    if not chunk.get("usage"):
        return chunk
    counts = chunk["usage"]
    return _counted(chunk, prompt_tokens=counts["prompt_tokens"] + 9, total_tokens=counts["total_tokens"] + 9)
