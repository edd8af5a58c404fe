"""Faults that go together: whole servers of the past, as their own documents tell of them."""

from __future__ import annotations

from conformance.reference.faults.registry import together

together(
    "ollama-2024-03",
    "seed-forces-temperature-zero",
    "finish-reason-always-stop",
    "prompt-tokens-zero-when-cached",
    "one-choice-whatever-n",
    "logprobs-ignored",
    "logit-bias-ignored",
    "tools-ignored",
    "function-call-ignored",
    "content-parts-refused",
    "presence-penalty-ignored",
    "temperature-capped",
    "unknown-fields-taken",
    "stream-usage-missing",
    "role-always",
    "unknown-model-as-ollama",
    "json-schema-unknown",
    "models-absent",
    "fine-tuning-absent",
)
"""https://github.com/ollama/ollama/blob/1b272d5bc/docs/openai.md, and what its source did besides."""

together(
    "ollama-2024-07",
    "one-choice-whatever-n",
    "logprobs-ignored",
    "logit-bias-ignored",
    "tools-ignored",
    "function-call-ignored",
    "ignores-response-format",
    "no-usage",
    "stream-usage-missing",
    "temperature-capped",
    "unknown-fields-taken",
    "unknown-model-as-ollama-guide",
    "fine-tuning-absent",
)
"""What a third-party guide of July 2024 tells of Ollama, right or wrong."""
