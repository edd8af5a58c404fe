"""Reaching the server under test: its address, what it says of itself, and the model to ask."""

from __future__ import annotations

import re
from dataclasses import replace
from urllib.parse import urlsplit

from conformance.calls import models
from conformance.messages import Exchange, Send
from conformance.model import Target
from conformance.options import Options
from conformance.wire import read_json


class Unreachable(ValueError):
    """Nothing answers at the URL."""


class NoModel(ValueError):
    """No model was named, and the server lists none."""


def reach(target: Target, send: Send) -> tuple[Target, Exchange]:
    """The target with everything known about it, and the exchange that told: GET /models. Raises Unreachable, NoModel."""
    exchange = send(models())
    if exchange.failure is not None and exchange.status is None:
        raise Unreachable(f"nothing answers at {shown_url(target.base_url)}: {exchange.failure.message}")
    known = replace(target, server=_server(exchange))
    if known.model:
        return known, exchange
    listed = listed_models(exchange)
    if not listed:
        said = f"GET /models answers {exchange.status}"
        raise NoModel(f"{shown_url(target.base_url)} offers no model ({said}); {_remedy(target, exchange)}name one with --model")
    return replace(known, model=listed[0]), exchange


def _remedy(target: Target, exchange: Exchange) -> str:
    """What helps besides, where the list was refused for want of a key."""
    if exchange.status not in (401, 403):
        return ""
    return f"give {'another' if target.key_configured else 'a'} key with --api-key, or "


def listed_models(exchange: Exchange) -> list[str]:
    """The ids in a list of models that a request can name in UTF-8, whatever else is wrong with the list."""
    value = read_json(exchange.body).value
    data = value.get("data") if isinstance(value, dict) else None
    ids = [entry.get("id") for entry in data if isinstance(entry, dict)] if isinstance(data, list) else []
    return [one for one in ids if isinstance(one, str) and 0 < len(one) <= 500 and _encodes(one)]


def _encodes(text: str) -> bool:
    """Whether UTF-8 can say a text; a lone surrogate is no character (RFC 3629, 3)."""
    return not any("\ud800" <= letter <= "\udfff" for letter in text)


def named_target(options: Options, base_url: str) -> Target:
    """The target as the operator described it."""
    return Target(
        base_url=base_url,
        model=options.model or "",
        alias=options.model_alias or "",
        embedding_model=options.embedding_model or "",
        vision_model=options.vision_model or "",
        id=folder_name(base_url),
        key_configured=bool(options.api_key),
    )


def folder_name(base_url: str) -> str:
    """A name for the server that is fit for a folder; taken from the address, never from what the server says."""
    try:
        parts = urlsplit(base_url)
        place = f"{parts.hostname or 'server'}-{parts.port}" if parts.port else parts.hostname or "server"
    except ValueError:
        place = "server"
    return re.sub(r"[^A-Za-z0-9.-]+", "-", place).strip(".-") or "server"


def shown_url(url: str) -> str:
    """A URL as it may be printed and written: without user, password and query."""
    parts = urlsplit(url)
    return parts._replace(netloc=parts.netloc.rpartition("@")[2], query="", fragment="").geturl()


def _server(exchange: Exchange) -> str:
    said = exchange.header("server") or ""
    return "".join(letter if letter.isprintable() else "?" for letter in said)[:100]
