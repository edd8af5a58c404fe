"""What a model takes, learnt where it refuses an ordinary request: reasoning models know one limit and one temperature.

Checks of these very fields ask as they always do; all others then ask as the model likes it.
https://platform.openai.com/docs/guides/reasoning
"""

from __future__ import annotations

import threading
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field, replace

from conformance.answers import is_ok
from conformance.calls import Adapted, chat
from conformance.messages import Exchange, Send
from conformance.model import Check, Target

REFUSED = (400, 422)
LIMITS = ("chat.max_tokens", "chat.max_completion_tokens")
TEMPERATURE = "chat.temperature"
REASONING = frozenset(
    {
        "chat.frequency_penalty",
        "chat.logit_bias",
        "chat.logprobs",
        "chat.max_tokens",
        "chat.presence_penalty",
        "chat.seed.temperature",
        "chat.stop",
        "chat.temperature",
        "chat.temperature.range",
        "chat.top_logprobs",
        "chat.top_p",
    }
)
"""The features that OpenAI's reasoning models do not have; these models have both habits."""
WAYS = ((False, True), (True, False), (True, True))
"""The newer limit and the model's own temperature, alone and together."""


@dataclass
class Habits:
    """The habits of the model behind a target, which `send` asks for once, when they are wanted."""

    target: Target
    send: Send
    adapted: Adapted | None = None
    known: bool = False
    guard: threading.Lock = field(default_factory=threading.Lock)

    def target_for(self, check: Check) -> Target:
        """The target as a check is to ask it."""
        if self.adapted is None:
            return self.target
        told = check.feature in LIMITS
        return replace(
            self.adapted,
            newer_limit=self.adapted.newer_limit and not told,
            own_temperature=self.adapted.own_temperature and check.feature != TEMPERATURE,
        )

    @property
    def spared(self) -> frozenset[str]:
        """The features that OpenAI's own models of this kind do not have, so that nobody is blamed who has promised none."""
        thinks = self.adapted is not None and self.adapted.newer_limit and self.adapted.own_temperature
        return REASONING if thinks else frozenset()

    def learn(self, asked: Iterable[Exchange]) -> None:
        """Finds the habits out, once, where an ordinary request was refused."""
        if any(map(_is_ordinary_and_refused, asked)):
            with self.guard:
                if not self.known:
                    self.adapted = self._found()
                    self.known = True

    def _found(self) -> Adapted | None:
        """The first way of asking that is answered; None where the usual way is, or no way."""
        if self.send(chat(self.target)).status not in REFUSED:
            return None
        ways = (Adapted(**asdict(self.target), newer_limit=newer, own_temperature=own) for newer, own in WAYS)
        return next((way for way in ways if is_ok(self.send(chat(way)))), None)


def _is_ordinary_and_refused(exchange: Exchange) -> bool:
    """Whether a request that nothing is wrong with was refused, and had a limit and a temperature as most have."""
    sent = exchange.request.json
    if exchange.status not in REFUSED or exchange.request.wrong or not isinstance(sent, dict):
        return False
    return "max_tokens" in sent or sent.get("temperature") == 0
