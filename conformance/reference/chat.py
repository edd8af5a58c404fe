"""The answer of POST /chat/completions as JSON.

https://platform.openai.com/docs/api-reference/chat/object
"""

from __future__ import annotations

from dataclasses import dataclass, field

from conformance.reference.audio import spoken
from conformance.reference.choices import Called, Choice, Piece, choices_of
from conformance.reference.messages import prompt_tokens
from conformance.reference.moderation import moderated
from conformance.reference.values import Object, Settings
from conformance.reference.vocabulary import spellings


@dataclass(frozen=True)
class Completion:
    """Everything an answer tells, plain or streamed."""

    id: str
    created: int
    model: str
    choices: tuple[Choice, ...]
    prompt_tokens: int
    logprobs: bool
    aloud: bool = False
    fingerprint: str = "fp_4f2c9a7be1"
    moderation: Object = field(default_factory=dict)

    @property
    def usage(self) -> Object:
        """The token counts, with details."""
        said = sum(choice.tokens for choice in self.choices)
        spent = {"reasoning_tokens": 0, "audio_tokens": 0, "accepted_prediction_tokens": 0, "rejected_prediction_tokens": 0}
        return {
            "prompt_tokens": self.prompt_tokens,
            "completion_tokens": said,
            "total_tokens": self.prompt_tokens + said,
            "prompt_tokens_details": {"cached_tokens": 0, "audio_tokens": 0},
            "completion_tokens_details": spent,
        }


def completed(sent: Object, settings: Settings, stamp: tuple[str, int], model: str, chance: int) -> Completion:
    """The answer to a legal request; `stamp` is its id and creation time in Unix seconds."""
    choices = choices_of(sent, settings, chance)
    aloud = "audio" in (sent.get("modalities") or ())
    found = moderated(sent["moderation"]) if sent.get("moderation") else {}
    return Completion(stamp[0], stamp[1], model, choices, prompt_tokens(sent), settings.logprobs, aloud, moderation=found)


def answer(done: Completion) -> Object:
    """The plain answer, its keys in the order of the API."""
    return {
        "id": done.id,
        "object": "chat.completion",
        "created": done.created,
        "model": done.model,
        "choices": [_told(choice, done) for choice in done.choices],
        "usage": done.usage,
        "service_tier": "default",
        "system_fingerprint": done.fingerprint,
        **({"moderation": done.moderation} if done.moderation else {}),
    }


def _told(choice: Choice, done: Completion) -> Object:
    message = _message(choice)
    if done.aloud and not choice.calls:
        heard = spoken(f"{done.id}_{choice.index}", choice.text, choice.tokens, done.created)
        message |= {"content": None, "audio": heard}
    return {
        "index": choice.index,
        "message": message,
        "logprobs": spread(choice.pieces) if done.logprobs else None,
        "finish_reason": choice.finish,
    }


def _message(choice: Choice) -> Object:
    calls: Object = {}
    if choice.legacy:
        calls = {"function_call": {"name": choice.calls[0].name, "arguments": choice.calls[0].arguments}}
    elif choice.calls:
        calls = {"tool_calls": [_call(call) for call in choice.calls]}
    content = None if choice.calls else choice.text
    return {"role": "assistant", "content": content, **calls, "refusal": None, "annotations": []}


def _call(call: Called) -> Object:
    return {"id": call.id, "type": "function", "function": {"name": call.name, "arguments": call.arguments}}


def spread(pieces: tuple[Piece, ...]) -> Object:
    """The log probabilities of some tokens as the API tells them."""
    known = spellings()
    entries = [
        _entry(piece.spelling, piece.token.logprob)
        | {
            "top_logprobs": [
                _entry(piece.spelling if one == piece.token.id else known[one], value) for one, value in piece.token.top
            ]
        }
        for piece in pieces
    ]
    return {"content": entries, "refusal": None}


def _entry(spelling: bytes, logprob: float) -> Object:
    return {"token": spelling.decode("utf-8", "replace"), "logprob": logprob, "bytes": list(spelling)}
