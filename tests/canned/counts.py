"""Plain chat completions whose counts, calls or tokens are wrong."""

from __future__ import annotations

from canned.making import CALL, Case, chat, wrong
from canned.plain import ASK, ASK_TOP, DAY, RIVALS, TOKEN, called, listed, used

CASES: tuple[Case, ...] = (
    wrong("no usage", chat(("usage", ...)), "chat.usage.present"),
    wrong("usage null", chat(("usage", None)), "chat.usage.present"),
    wrong("empty usage", chat(("usage", {})), "chat.usage.shape"),
    wrong(
        "counts as text",
        chat(("usage", {"prompt_tokens": "9", "completion_tokens": "2", "total_tokens": "11"})),
        "chat.usage.shape",
    ),
    wrong("a count with a fraction", used(prompt_tokens=9.0), "chat.usage.shape"),
    wrong("a negative count", used(prompt_tokens=-2, total_tokens=0), "chat.usage.shape"),
    wrong("no total", chat(("usage.total_tokens", ...)), "chat.usage.shape"),
    wrong("another total", used(total_tokens=99), "chat.usage.sum"),
    wrong("a prompt of no tokens", used(prompt_tokens=0, total_tokens=2), "chat.usage.prompt"),
    wrong("more cached than sent", used(prompt_tokens_details={"cached_tokens": 10}), "chat.usage.parts"),
    wrong("more thoughts than tokens", used(completion_tokens_details={"reasoning_tokens": 30}), "chat.usage.parts"),
    wrong("more tokens than the limit", chat(max_tokens=1), "chat.max_tokens.bound"),
    wrong("more tokens than the new limit", chat(max_completion_tokens=1), "chat.max_completion_tokens.bound"),
    wrong("length below the limit", chat(("choices.0.finish_reason", "length"), max_tokens=50), "chat.finish_reason.cut"),
    wrong("tool_calls without a call", chat(("choices.0.finish_reason", "tool_calls")), "chat.finish_reason.calls"),
    wrong("a free call that ends with stop", called(finish="stop"), "chat.finish_reason.calls"),
    wrong("arguments as an object", called(("tool_calls.0.function.arguments", {"a": 1})), "chat.tool_calls.shape"),
    wrong("arguments null", called(("tool_calls.0.function.arguments", None)), "chat.tool_calls.shape"),
    wrong("a call without id", called(("tool_calls.0.id", ...)), "chat.tool_calls.shape"),
    wrong("a call without type", called(("tool_calls.0.type", ...)), "chat.tool_calls.shape"),
    wrong("a call without function", called(("tool_calls.0.function", ...)), "chat.tool_calls.shape"),
    wrong("arguments that are no JSON", called(("tool_calls.0.function.arguments", "{a:")), "chat.tool_calls.arguments"),
    wrong("empty arguments", called(("tool_calls.0.function.arguments", "")), "chat.tool_calls.arguments"),
    wrong("arguments written twice", called(("tool_calls.0.function.arguments", '{"a": 1}{"a": 1}')), "chat.tool_calls.doubled"),
    wrong("two calls with one id", called(("tool_calls", [CALL, CALL])), "chat.tool_calls.ids"),
    wrong("a tool that nobody offered", called(("tool_calls.0.function.name", "fly")), "chat.tool_calls.names"),
    wrong("an empty list of calls", chat(("choices.0.message.tool_calls", [])), "chat.tool_calls.empty"),
    wrong("calls null", chat(("choices.0.message.tool_calls", None)), "chat.tool_calls.empty"),
    wrong(
        "legacy logprobs", chat(("choices.0.logprobs", {"tokens": ["a"], "token_logprobs": [-0.1]}), **ASK), "chat.logprobs.shape"
    ),
    wrong("logprobs that nobody asked for", chat(("choices.0.logprobs", {"content": [TOKEN, DAY]})), "chat.logprobs.unasked"),
    wrong("a logprob that is not a number", listed(TOKEN | {"logprob": float("nan")}, DAY), "http.json", "chat.logprobs.values"),
    wrong("a logprob of minus infinity", listed(TOKEN | {"logprob": float("-inf")}, DAY), "http.json", "chat.logprobs.values"),
    wrong("a probability in place of its logarithm", listed(TOKEN | {"logprob": 0.6}, DAY), "chat.logprobs.values"),
    wrong("tokens of another text", listed(TOKEN, TOKEN), "chat.logprobs.text"),
    wrong("a token missing", listed(DAY), "chat.logprobs.text"),
    wrong("bytes of another token", listed(TOKEN | {"bytes": [71]}, DAY), "chat.logprobs.bytes"),
    wrong("rivals out of order", listed(TOKEN | {"top_logprobs": RIVALS[::-1]}, DAY, **ASK_TOP), "chat.top_logprobs.order"),
    wrong(
        "rivals more than certain",
        listed(TOKEN | {"top_logprobs": [RIVALS[0], RIVALS[1] | {"logprob": -0.6}]}, DAY, **ASK_TOP),
        "chat.top_logprobs.order",
    ),
    wrong(
        "too many rivals", listed(TOKEN | {"top_logprobs": RIVALS}, DAY, logprobs=True, top_logprobs=1), "chat.top_logprobs.bound"
    ),
    wrong("rivals that nobody asked for", listed(TOKEN | {"top_logprobs": RIVALS}, DAY), "chat.top_logprobs.unasked"),
    wrong(
        "a chosen token with two logprobs",
        listed(TOKEN | {"logprob": -0.9, "top_logprobs": RIVALS}, DAY, **ASK_TOP),
        "chat.top_logprobs.chosen",
    ),
    wrong(
        "far more tokens counted than listed",
        chat(
            ("choices.0.logprobs", {"content": [TOKEN, DAY]}),
            ("usage", {"prompt_tokens": 9, "completion_tokens": 40, "total_tokens": 49}),
            **ASK,
        ),
        "chat.logprobs.count",
    ),
)
