"""Faults in how answers are drawn: fields that are taken and do nothing, or do something else."""

from __future__ import annotations

import math
from dataclasses import replace

from conformance.reference.errors import bad_request
from conformance.reference.faults.parts import CLAUDE, GITHUB, GROQ, OLLAMA_2024, choices, streamed, without
from conformance.reference.faults.registry import fault
from conformance.reference.values import Asked, Object, Settings


@fault("seed-forces-temperature-zero", seen=OLLAMA_2024, on="settings", speaks=("chat.seed.temperature",))
def seed_forces_temperature_zero(settings: Settings) -> Settings:
    """Sets the temperature to 0 wherever there is a seed."""
    return settings if settings.seed is None else replace(settings, temperature=0)


@fault("seed-ignored", seen=GITHUB + "sgl-project/sglang/issues/15746", on="settings", speaks=("chat.seed.repeats",))
def seed_ignored(settings: Settings) -> Settings:
    """Takes a seed and draws by chance."""
    return replace(settings, seed=None)


@fault("seed-fixed", seen=GITHUB + "Blaizzy/mlx-vlm/issues/1818", on="settings", speaks=("chat.temperature.varies",))
def seed_fixed(settings: Settings) -> Settings:
    """Draws the same answer whatever the temperature."""
    return replace(settings, seed=42)


@fault("temperature-zero-unset", seen=GITHUB + "BerriAI/litellm/issues/822", on="settings", speaks=("chat.temperature.zero",))
def temperature_zero_unset(settings: Settings) -> Settings:
    """Reads the temperature 0 as none at all."""
    return replace(settings, temperature=settings.temperature or 1.0)


@fault("temperature-capped", seen=CLAUDE, on="sent", speaks=("chat.temperature.range",))
def temperature_capped(sent: Object) -> Object:
    """Takes any temperature and brings it into its own range."""
    given = sent.get("temperature")
    if isinstance(given, bool) or not isinstance(given, int | float):
        return sent
    return sent | {"temperature": min(max(given, 0), 2)}


@fault(
    "temperature-above-one-refused",
    seen=GITHUB + "stdapi-ai/stdapi.ai/issues/224",
    on="sent",
    speaks=("chat.temperature.range",),
    also=("chat.temperature",),
)
def temperature_above_one_refused(sent: Object) -> Object:
    """Takes temperatures up to 1 only."""
    given = sent.get("temperature")
    if isinstance(given, int | float) and given > 1:
        raise bad_request("'temperature' may be at most 1.", "temperature", "decimal_above_max_value")
    return sent


@fault("top-p-ignored", seen=GITHUB + "NightMean/OlliteRT/issues/27", on="settings", speaks=("chat.top_p.narrow",))
def top_p_ignored(settings: Settings) -> Settings:
    """Takes top_p and draws from all tokens."""
    return replace(settings, top_p=1.0)


@fault("frequency-penalty-ignored", seen=CLAUDE, on="settings", speaks=("chat.frequency_penalty.effect",))
def frequency_penalty_ignored(settings: Settings) -> Settings:
    """Takes frequency_penalty and does nothing with it."""
    return replace(settings, frequency=0.0)


@fault(
    "presence-penalty-ignored",
    seen=GITHUB + "ollama/ollama/commit/fe91d7fff",
    on="settings",
    speaks=("chat.presence_penalty.effect",),
)
def presence_penalty_ignored(settings: Settings) -> Settings:
    """Takes presence_penalty and does nothing with it."""
    return replace(settings, presence=0.0)


@fault("logit-bias-ignored", seen=CLAUDE, on="settings", speaks=("chat.logit_bias.force",))
def logit_bias_ignored(settings: Settings) -> Settings:
    """Takes logit_bias and does nothing with it."""
    return replace(settings, bias=())


@fault("one-choice-whatever-n", seen=OLLAMA_2024, on="settings", speaks=("chat.n.choices", "chat.n.count"))
def one_choice_whatever_n(settings: Settings) -> Settings:
    """Takes n and gives one choice."""
    return replace(settings, n=1)


@fault("choices-alike", seen=GITHUB + "lightseekorg/tokenspeed/issues/1613", on="answer", speaks=("chat.n.differ",))
def choices_alike(answer: Object) -> Object:
    """Gives the first choice again for every other."""
    first = answer["choices"][0]
    return answer | {"choices": [first | {"index": place} for place, _ in enumerate(choices(answer))]}


@fault("logprobs-ignored", seen=CLAUDE, on="settings", speaks=("chat.logprobs.content", "chat.logprobs.given"))
def logprobs_ignored(settings: Settings) -> Settings:
    """Takes logprobs and tells none."""
    return replace(settings, logprobs=False)


@fault(
    "logprobs-unasked",
    seen=GITHUB + "ml-explore/mlx-examples/pull/806",
    on="settings",
    speaks=("chat.logprobs.unasked", "chat.logprobs.absent"),
)
def logprobs_unasked(settings: Settings) -> Settings:
    """Tells logprobs that nobody asked for; the server of the report did so in a form of its own."""
    return replace(settings, logprobs=True)


@fault(
    "logprobs-infinite",
    seen=GITHUB + "madroidmaq/mlx-omni-server/pull/56",
    on="answer",
    speaks=("http.json",),
    also=("chat.logprobs",),
)
def logprobs_infinite(answer: Object) -> Object:
    """Writes -Infinity for what cannot happen."""
    for entry in _entries(answer):
        entry["logprob"] = -math.inf
    return answer


@fault("logprobs-of-probabilities", seen=GITHUB + "ggml-org/llama.cpp/pull/10783", on="answer", speaks=("chat.logprobs.values",))
def logprobs_of_probabilities(answer: Object) -> Object:
    """Gives probabilities where logarithms belong."""
    for entry in _entries(answer):
        entry["logprob"] = math.exp(entry["logprob"])
    return answer


@fault("logprobs-of-half-the-text", seen=GITHUB + "jundot/omlx/pull/1591", on="answer", speaks=("chat.logprobs.text",))
def logprobs_of_half_the_text(answer: Object) -> Object:
    """Lists half of the tokens."""
    for choice in choices(answer):
        if choice["logprobs"]:
            held = choice["logprobs"]["content"]
            choice["logprobs"]["content"] = held[: len(held) // 2]
    return answer


@fault("logprobs-bytes-wrong", seen=GITHUB + "ollama/ollama/issues/13497", on="answer", speaks=("chat.logprobs.bytes",))
def logprobs_bytes_wrong(answer: Object) -> Object:
    """Gives the bytes of other text than the token's; the report is of tokens that are parts of characters, here it is all."""
    for entry in _entries(answer):
        entry["bytes"] = [63 for _ in entry["bytes"]]
    return answer


@fault("logprobs-flat", seen=GITHUB + "vllm-project/vllm/issues/3179", on="answer", speaks=("chat.logprobs.shape",))
def logprobs_flat(answer: Object) -> Object:
    """Gives logprobs in the form of the older completions."""
    for choice in choices(answer):
        if choice["logprobs"]:
            held = choice["logprobs"]["content"]
            choice["logprobs"] = {"tokens": [one["token"] for one in held], "token_logprobs": [one["logprob"] for one in held]}
    return answer


@fault(
    "top-logprobs-unbounded",
    seen=GITHUB + "vllm-project/vllm/pull/5031",
    on="settings",
    speaks=("chat.top_logprobs.bound", "chat.top_logprobs.unasked"),
)
def top_logprobs_unbounded(settings: Settings) -> Settings:
    """Lists more rivals than were asked for."""
    return replace(settings, top_logprobs=settings.top_logprobs + 2) if settings.logprobs else settings


@fault("top-logprobs-unsorted", seen=GITHUB + "smg-project/smg/pull/662", on="answer", speaks=("chat.top_logprobs.order",))
def top_logprobs_unsorted(answer: Object) -> Object:
    """Lists the unlikeliest rivals first."""
    for entry in _entries(answer):
        entry["top_logprobs"].reverse()
    return answer


@fault(
    "top-logprobs-collapsed",
    seen=GITHUB + "huggingface/text-generation-inference/issues/2108",
    on="answer",
    speaks=("chat.top_logprobs.count",),
)
def top_logprobs_collapsed(answer: Object) -> Object:
    """Lists one rival however many were asked for, with another logprob than the token itself has."""
    for entry in _entries(answer):
        entry["top_logprobs"] = [one | {"logprob": one["logprob"] - 0.5} for one in entry["top_logprobs"][:1]]
    return answer


@fault(
    "stop-ignored",
    seen=GITHUB + "jundot/omlx/pull/1054",
    on="settings",
    speaks=("chat.stop.string", "chat.stop.list", "chat.stop.absent"),
)
def stop_ignored(settings: Settings) -> Settings:
    """Takes stop and runs on."""
    return replace(settings, stop=())


@fault("stop-list-first-only", seen=GITHUB + "Blaizzy/mlx-vlm/pull/1069", on="settings", speaks=("chat.stop.list",))
def stop_list_first_only(settings: Settings) -> Settings:
    """Looks for the first of several stop strings only."""
    return replace(settings, stop=settings.stop[:1])


@fault("stop-leaked-in-stream", seen=GITHUB + "mzau/mlx-knife/issues/68", on="settings", speaks=("chat.stop.stream",))
def stop_leaked_in_stream(settings: Settings, asked: Asked) -> Settings:
    """Lets the stop string out into a stream before it stops."""
    return replace(settings, keep_stop=streamed(asked))


@fault("n-refused", seen=GROQ, on="sent", speaks=("chat.n.choices",))
def n_refused(sent: Object) -> Object:
    """Takes no n but 1."""
    if sent.get("n") not in (None, 1):
        raise bad_request("'n' has to be 1.", "n")
    return sent


@fault("penalties-refused", seen=GITHUB + "n4ze3m/page-assist/issues/418", on="sent", speaks=("chat.frequency_penalty.effect",))
def penalties_refused(sent: Object) -> Object:
    """Does not know frequency_penalty."""
    if sent.get("frequency_penalty"):
        raise bad_request("There is no parameter 'frequency_penalty'.", "frequency_penalty", "unknown_parameter")
    return without(sent)


def _entries(answer: Object) -> list[Object]:
    """The tokens of all choices that are listed with logprobs."""
    listed = [choice["logprobs"]["content"] for choice in choices(answer) if choice.get("logprobs")]
    return [entry for entries in listed for entry in entries]
