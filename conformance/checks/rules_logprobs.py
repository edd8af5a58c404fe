r"""Rules about logprobs: that they belong to the text and are probabilities.

OpenAI writes a token that is part of a character as `bytes:\xf0\x9f`, so tokens are joined by their bytes where all are given.
https://platform.openai.com/docs/api-reference/chat/object#chat/object-choices
"""

from __future__ import annotations

import math

from conformance import calls
from conformance.answers import Object, choices_of
from conformance.endpoints import sent_json, wants_stream
from conformance.evidence import asked, ensure_values, integer, shown
from conformance.messages import Exchange, Json, Request
from conformance.model import Finding, Level, Noted, Outcome, Target, Unclear
from conformance.registry import rule
from conformance.streams import answer_of

OBJECT = "https://platform.openai.com/docs/api-reference/chat/object"
ROUNDING = 1e-3
"""OpenAI's own values overshoot by 3e-05."""
FLOOR = -9999.0
"""OpenAI's sign for very unlikely."""

Entry = tuple[str, Object]
"""The JSON path of an entry, and the entry."""


def asking(target: Target) -> Request:
    """A request for tokens with their rivals."""
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


def entries_of(exchange: Exchange) -> list[Entry]:
    """Every entry of every choice. Raises Unclear where there is none."""
    return [entry for _, _, entries in _lists(exchange) for entry in entries]


def rivals_of(entry: Object) -> list[Object]:
    """The likeliest tokens at the place of an entry."""
    rivals = entry.get("top_logprobs")
    return [rival for rival in rivals if isinstance(rival, dict)] if isinstance(rivals, list) else []


def number_of(value: Json) -> float | None:
    """The value if it is a number, infinite where it is too large for a float."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    if abs(value) > 1e300:  # an integer may be too large for a float
        return math.inf if value > 0 else -math.inf
    return float(value)


@rule(
    "chat.logprobs.unasked",
    "leaves logprobs out unless asked for",
    Level.SHOULD,
    "chat",
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


@rule("chat.logprobs.given", "gives logprobs when asked", Level.SHOULD, "chat.logprobs", OBJECT, on="chat.proper", seed=asking)
def logprobs_are_given(exchange: Exchange) -> Noted:
    """Looks for choices that say something and list no token, though the request asks for logprobs."""
    choices = choices_of(answer_of(exchange))
    speaking = [(place, choice) for place, choice in enumerate(choices) if _content(choice)]
    if not asked(exchange).get("logprobs") or not speaking:
        raise Unclear("the request asks for no logprobs, or the answer has none to give")
    for place, choice in speaking:
        logprobs = choice.get("logprobs")
        if not isinstance(logprobs, dict) or not logprobs.get("content"):
            where, told = f"$.choices[{place}].logprobs", "absent, null or empty"
            yield Finding("gives no logprobs though asked to", where, "entries in content", told, outcome=Outcome.IGNORED)


@rule("chat.logprobs.text", "lists the tokens of the text", Level.MUST, "chat.logprobs", OBJECT, on="chat.proper", seed=asking)
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
    if all(isinstance(part, list) and are_bytes(part) for part in parts):
        return b"".join(bytes(part) for part in parts if isinstance(part, list)).decode("utf-8", "replace")
    tokens = [entry.get("token") for entry in entries]
    if all(isinstance(token, str) and "\ufffd" not in token and not token.startswith("bytes:") for token in tokens):
        return "".join(token for token in tokens if isinstance(token, str))
    return None


def are_bytes(values: list[Json]) -> bool:
    """Whether all values are integers from 0 to 255."""
    return all((number := integer(value)) is not None and 0 <= number <= 255 for value in values)


@rule("chat.logprobs.bytes", "gives the bytes of every token", Level.MUST, "chat.logprobs", OBJECT, on="chat.proper", seed=asking)
def bytes_are_the_token(exchange: Exchange) -> Noted:
    """Compares `bytes` with the token in UTF-8, where the token is whole characters."""
    ensure_values(exchange)
    for where, entry in entries_of(exchange):
        for one in (entry, *rivals_of(entry)):
            token, given = one.get("token"), one.get("bytes")
            if isinstance(token, str) and isinstance(given, list) and are_bytes(given) and _differs(token, bytes(given)):
                yield Finding("the bytes are not those of the token", where, shown(token, 60), shown(str(bytes(given)), 80))


def _differs(token: str, given: bytes) -> bool:
    """A token that is part of a character has no spelling of its own, so nothing is asked of it."""
    try:
        whole = given.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return whole not in ("", token) and "\ufffd" not in token and not token.startswith("bytes:")


@rule(
    "chat.logprobs.values",
    "gives logarithms of probabilities",
    Level.MUST,
    "chat.logprobs",
    OBJECT,
    on="chat.proper",
    seed=asking,
)
def logprobs_are_probabilities(exchange: Exchange) -> Noted:
    """Reads every logprob: finite, and not above zero but for rounding."""
    for where, entry in entries_of(exchange):
        for one in (entry, *rivals_of(entry)):
            value = number_of(one.get("logprob"))
            if value is not None and not (math.isfinite(value) and value <= ROUNDING):
                yield Finding("a logprob is no logarithm of a probability", where, "a finite number up to 0", shown(value))


@rule(
    "chat.logprobs.count",
    "lists as many tokens as it counts",
    Level.SHOULD,
    "chat.logprobs",
    OBJECT,
    on="chat.proper",
    seed=asking,
)
def entries_are_counted(exchange: Exchange) -> Noted:
    """Compares the number of entries of a single choice with completion_tokens less hidden ones; two may be counted otherwise."""
    ensure_values(exchange)
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
