r"""Rules about logprobs: that they belong to the text and are probabilities.

OpenAI writes a token that is part of a character as `bytes:\xf0\x9f`, so tokens are joined by their bytes where all are given.
https://platform.openai.com/docs/api-reference/chat/object#chat/object-choices
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from itertools import pairwise

from conformance import calls
from conformance.answers import Object, choices_of
from conformance.endpoints import sent_json, wants_stream
from conformance.evidence import asked, ensure_values, integer, shown
from conformance.messages import Exchange, Json, Request
from conformance.model import Finding, Level, Noted, Target, Unclear
from conformance.registry import rule
from conformance.streams import answer_of

OBJECT = "https://platform.openai.com/docs/api-reference/chat/object"
ROUNDING = 1e-3
"""OpenAI's own values overshoot by 3e-05."""
FLOOR = -9999.0
"""OpenAI's sign for very unlikely."""

Entry = tuple[str, Object]
"""The JSON path of an entry, and the entry."""


def _plain(target: Target) -> Request:
    return calls.chat(target, logprobs=True, top_logprobs=5)


def _lists(exchange: Exchange) -> list[tuple[str, Object, list[Entry]]]:
    """Each choice that has an entry list, with its path and entries. Raises Unclear where none has."""
    found = []
    for place, choice in enumerate(choices_of(answer_of(exchange))):
        logprobs = choice.get("logprobs")
        content = logprobs.get("content") if isinstance(logprobs, dict) else None
        if isinstance(content, list) and content and all(isinstance(entry, dict) for entry in content):
            where = f"$.choices[{place}].logprobs.content"
            found.append((where, choice, [(f"{where}[{at}]", entry) for at, entry in enumerate(content)]))
    if not found:
        raise Unclear("the answer has no logprobs to judge")
    return found


def _entries(exchange: Exchange) -> list[Entry]:
    return [entry for _, _, entries in _lists(exchange) for entry in entries]


def _rivals(entry: Object) -> list[Object]:
    rivals = entry.get("top_logprobs")
    return [rival for rival in rivals if isinstance(rival, dict)] if isinstance(rivals, list) else []


def _number(value: Json) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    if abs(value) > 1e300:  # an integer may be too large for a float
        return math.inf if value > 0 else -math.inf
    return float(value)


@rule(
    "chat.logprobs.unasked",
    "leaves logprobs out unless asked for",
    Level.SHOULD,
    "chat.logprobs",
    OBJECT,
    on="chat.proper",
    seed=calls.chat,
)
def logprobs_are_absent(exchange: Exchange) -> Noted:
    """Looks for logprobs in answers to requests that ask for none."""
    if asked(exchange).get("logprobs"):
        raise Unclear("the request asks for logprobs")
    for place, choice in enumerate(choices_of(answer_of(exchange))):
        if choice.get("logprobs") not in (None, {}):
            yield Finding("gives logprobs that nobody asked for", f"$.choices[{place}].logprobs", "null or absent", "present")


@rule("chat.logprobs.text", "lists the tokens of the text", Level.MUST, "chat.logprobs", OBJECT, on="chat.proper", seed=_plain)
def tokens_join_to_content(exchange: Exchange) -> Noted:
    """Joins the tokens of every choice and compares them with its content. Behind it there may be the token that ended the
    answer: a special one, or the rest of the token that held a stop string.
    """
    ensure_values(exchange)
    sent = sent_json(exchange)
    stopped = not isinstance(sent, dict) or bool(sent.get("stop"))
    for where, choice, entries in _lists(exchange):
        content, joined = _content(choice), _joined([entry for _, entry in entries])
        rest = None if joined is None or content is None else _rest(joined, content)
        if rest is not None and not (rest and (stopped or _special(rest))):
            yield Finding("the tokens do not join to the content", where, shown(content, 80), shown(joined, 80))


def _content(choice: Object) -> str | None:
    """The text that the tokens belong to; None where hidden thoughts or calls may be among the tokens."""
    message = choice.get("message")
    if not isinstance(message, dict) or any(message.get(name) for name in ("tool_calls", "function_call", "audio", "refusal")):
        return None
    content = message.get("content")
    thinks = any("reason" in name or "think" in name for name, value in message.items() if value)
    return content if isinstance(content, str) and content and not thinks else None


def _rest(joined: str, content: str) -> str | None:
    """What the tokens hold behind the content: None for nothing, "" where they hold another text. Replacement characters
    do not count: each side may have its own way to show a character that was cut.
    """
    mine, theirs = joined.replace("\ufffd", ""), content.replace("\ufffd", "")
    if mine == theirs:
        return None
    return mine.removeprefix(theirs) if mine.startswith(theirs) else ""


def _special(rest: str) -> bool:
    return rest.startswith("<") and rest.endswith(">") and len(rest) <= 40


def _joined(entries: list[Object]) -> str | None:
    """The text of the entries: by their bytes, or by their tokens where no token is part of a character; else None."""
    parts = [entry.get("bytes") for entry in entries]
    if all(isinstance(part, list) and _are_bytes(part) for part in parts):
        return b"".join(bytes(part) for part in parts if isinstance(part, list)).decode("utf-8", "replace")
    tokens = [entry.get("token") for entry in entries]
    if all(isinstance(token, str) and "\ufffd" not in token and not token.startswith("bytes:") for token in tokens):
        return "".join(token for token in tokens if isinstance(token, str))
    return None


def _are_bytes(values: list[Json]) -> bool:
    return all((number := integer(value)) is not None and 0 <= number <= 255 for value in values)


@rule("chat.logprobs.bytes", "gives the bytes of every token", Level.MUST, "chat.logprobs", OBJECT, on="chat.proper", seed=_plain)
def bytes_are_the_token(exchange: Exchange) -> Noted:
    """Compares `bytes` with the token in UTF-8, where the token is whole characters."""
    ensure_values(exchange)
    for where, entry in _entries(exchange):
        for one in (entry, *_rivals(entry)):
            token, given = one.get("token"), one.get("bytes")
            if isinstance(token, str) and isinstance(given, list) and _are_bytes(given) and _differs(token, bytes(given)):
                yield Finding("the bytes are not those of the token", where, shown(token, 60), shown(str(bytes(given)), 80))


def _differs(token: str, given: bytes) -> bool:
    whole = "\ufffd" not in token and not token.startswith("bytes:") and bool(given)
    return whole and token.encode("utf-8", "surrogatepass") != given


@rule(
    "chat.logprobs.values",
    "gives logarithms of probabilities",
    Level.MUST,
    "chat.logprobs",
    OBJECT,
    on="chat.proper",
    seed=_plain,
)
def logprobs_are_probabilities(exchange: Exchange) -> Noted:
    """Reads every logprob: finite, and not above zero but for rounding."""
    for where, entry in _entries(exchange):
        for one in (entry, *_rivals(entry)):
            value = _number(one.get("logprob"))
            if value is not None and not (math.isfinite(value) and value <= ROUNDING):
                yield Finding("a logprob is no logarithm of a probability", where, "a finite number up to 0", shown(value))


@rule(
    "chat.top_logprobs.bound",
    "lists at most the rivals asked for",
    Level.MUST,
    "chat.top_logprobs",
    OBJECT,
    on="chat.proper",
    seed=_plain,
)
def rivals_are_bounded(exchange: Exchange) -> Noted:
    """Counts `top_logprobs` of every token against the number asked for; none where none was asked for."""
    most = integer(asked(exchange).get("top_logprobs") or 0)
    for where, entry in _entries(exchange):
        if most is not None and len(_rivals(entry)) > most:
            yield Finding(
                "lists more rivals than asked for", f"{where}.top_logprobs", f"at most {shown(most)}", str(len(_rivals(entry)))
            )


@rule(
    "chat.top_logprobs.order",
    "lists the likeliest rivals first",
    Level.MUST,
    "chat.top_logprobs",
    OBJECT,
    on="chat.proper",
    seed=_plain,
)
def rivals_are_ordered(exchange: Exchange) -> Noted:
    """Reads the logprobs of rivals: falling, and together no more than certain."""
    for where, entry in _entries(exchange):
        yield from _disorder(f"{where}.top_logprobs", [_number(rival.get("logprob")) for rival in _rivals(entry)])


def _disorder(where: str, said: list[float | None]) -> Iterator[Finding]:
    values = [value for value in said if value is not None and math.isfinite(value) and value <= ROUNDING]
    if any(later > earlier + ROUNDING for earlier, later in pairwise(values)):
        yield Finding("the rivals are not in order", where, "falling logprobs", shown(str(values)))
    total = sum(math.exp(value) for value in values)
    if total > 1 + ROUNDING:
        yield Finding("the rivals are more than certain together", where, "a sum of probabilities up to 1", f"{total:.4f}")


@rule(
    "chat.top_logprobs.chosen",
    "gives a chosen token one logprob",
    Level.SHOULD,
    "chat.top_logprobs",
    OBJECT,
    on="chat.proper",
    seed=_plain,
)
def chosen_agrees(exchange: Exchange) -> Noted:
    """Compares the logprob of a chosen token with the same token among its rivals, and looks for rivals listed twice."""
    for where, entry in _entries(exchange):
        alike = [_number(one.get("logprob")) for one in _rivals(entry) if _same(one, entry)]
        mine = _number(entry.get("logprob"))
        if mine is not None and alike and alike[0] is not None and not abs(alike[0] - mine) < ROUNDING:
            yield Finding("the chosen token has two logprobs", where, shown(mine), shown(alike[0]))
        if len(alike) > 1:
            yield Finding("lists a rival twice", f"{where}.top_logprobs", "every token once", shown(entry.get("token"), 40))


def _same(one: Object, other: Object) -> bool:
    return one.get("token") == other.get("token") and one.get("bytes") == other.get("bytes")


@rule(
    "chat.logprobs.count",
    "lists as many tokens as it counts",
    Level.SHOULD,
    "chat.logprobs",
    OBJECT,
    on="chat.proper",
    seed=_plain,
)
def entries_are_counted(exchange: Exchange) -> Noted:
    """Compares the number of entries of a single choice with completion_tokens less hidden ones; two may be counted otherwise."""
    answer, lists = answer_of(exchange), _lists(exchange)
    usage = answer.get("usage")
    used = integer(usage.get("completion_tokens")) if isinstance(usage, dict) else None
    details = usage.get("completion_tokens_details") if isinstance(usage, dict) else None
    if (
        used is None
        or len(choices_of(answer)) > 1
        or _content(lists[0][1]) is None
        or (isinstance(details, dict) and any(details.values()))
    ):
        raise Unclear("the tokens of the text were not counted alone")
    if wants_stream(exchange) or used == 0:
        raise Unclear("the tokens may be counted otherwise")
    if abs(len(lists[0][2]) - used) > 2:
        yield Finding("lists another number of tokens than it counts", lists[0][0], f"about {shown(used)}", str(len(lists[0][2])))
