"""Faults in reading JSON that is spelled in another way than the server's own clients spell it."""

from __future__ import annotations

import re
from typing import Any

from conformance.reference.errors import unreadable, wrong_type
from conformance.reference.faults.parts import GITHUB
from conformance.reference.faults.registry import fault
from conformance.reference.values import Asked, Object

_PAIR = re.compile("[\U00010000-\U0010ffff]")


@fault("pairs-of-escapes-torn", seen=GITHUB + "agent0ai/agent-zero/issues/1773", on="sent", speaks=("http.spelling.escapes",))
def pairs_torn(sent: Object, asked: Asked) -> Object:
    """Reads two escapes that stand for one letter as two letters, which nothing can be made of."""
    return _deeply(sent, lambda text: _PAIR.sub("\ufffd\ufffd", text)) if rb"\ud8" in asked.body.lower() and _odd(asked) else sent


def _odd(asked: Asked) -> bool:
    """Whether even the letters of ASCII are escaped, so that it is not how this process spells requests."""
    return rb"\u006d" in asked.body


def _deeply(value: Any, change: Any) -> Any:
    if isinstance(value, dict):
        return {name: _deeply(one, change) for name, one in value.items()}
    if isinstance(value, list):
        return [_deeply(one, change) for one in value]
    return change(value) if isinstance(value, str) else value


@fault("content-before-role-lost", seen=GITHUB + "cactus-compute/cactus/issues/772", on="sent", speaks=("http.spelling.order",))
def content_before_role_lost(sent: Object) -> Object:
    """Looks for the content of a message behind its role only."""
    messages = sent.get("messages")
    return {**sent, "messages": list(map(_behind_role, messages))} if isinstance(messages, list) else sent


def _behind_role(message: Any) -> Any:
    names = list(message) if isinstance(message, dict) else []
    lost = "role" in names and "content" in names and names.index("content") < names.index("role")
    return {**message, "content": ""} if lost and isinstance(message["content"], str) else message


@fault("white-space-not-read", seen=GITHUB + "metarank/metarank/pull/556", on="sent", speaks=("http.spelling.space",))
def white_space_not_read(sent: Object, asked: Asked) -> Object:
    """Wants JSON that begins with its brace."""
    if asked.body[:1].isspace():
        raise unreadable()
    return sent


@fault("point-not-read", seen=GITHUB + "huggingface/huggingface_hub/issues/541", on="sent", speaks=("http.spelling.numbers",))
def point_not_read(sent: Object, asked: Asked) -> Object:
    """Tells numbers with a point and without apart."""
    if rb"1.0e0" in asked.body:
        raise wrong_type("top_p", "an integer", sent.get("top_p"))
    return sent
