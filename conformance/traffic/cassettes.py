"""Interactions of VCR cassettes: vcrpy (https://vcrpy.readthedocs.io), ruby's vcr (https://benoittgt.github.io/vcr) and go-vcr.

All keep a list of interactions with a request and a response; they differ in how they spell bodies, statuses and headers. Some
projects keep parsed bodies instead of text; those are spelled anew, which `fidelity` says.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from email.utils import parsedate_to_datetime

from conformance.messages import Exchange, Json
from conformance.redaction import DROPPED
from conformance.traffic.har import moment, unpacked
from conformance.traffic.told import Headers, Told, exchange_from


def interaction_exchange(interaction: Mapping[str, Json], number: int) -> Exchange:
    """The exchange of an interaction. Raises KeyError, TypeError, AttributeError or ValueError."""
    request, response = interaction["request"], interaction["response"]
    sent, _ = _body(request)
    body, fidelity = _body(response)
    if body == b"" and _length(response) != 0:
        body = None  # recorders that do not see a streamed body keep an empty one
    told = Told(
        method=str(request["method"]),
        url=str(request.get("uri") or request["url"]),
        sent=sent,
        sent_headers=_headers(request.get("headers")),
        status=_status(response),
        headers=_headers(response.get("headers")),
        body=body,
        started=_started(interaction.get("recorded_at")),
        source={"fidelity": fidelity},
    )
    return exchange_from(told, number)


def _body(message: Mapping[str, Json]) -> tuple[bytes | None, str]:
    """The bytes of a body and how faithful they are. vcrpy has a text or an object with a string, in its older way with httpx
    `content`; ruby's vcr has an object with a string or base64_string.
    """
    if message.get("parsed_body") is not None:
        return json.dumps(message["parsed_body"], ensure_ascii=False).encode("utf-8", "replace"), "json-reparsed"
    found = message.get("body", message.get("content"))
    if isinstance(found, dict):
        if isinstance(found.get("base64_string"), str | bytes):
            return unpacked(found["base64_string"]), "raw"
        if "string" not in found:
            return json.dumps(found).encode(), "json-reparsed"
        found = found["string"]
    return _bytes(found), "raw"


def _bytes(found: Json) -> bytes | None:
    if found is None or isinstance(found, bytes):
        return found
    if isinstance(found, dict | list):
        return json.dumps(found).encode()
    return str(found).encode("utf-8", "replace")


def _status(response: Mapping[str, Json]) -> int | None:
    """Vcrpy and ruby's vcr: `status.code`; the older vcr of R: `status.status_code`; vcrpy with httpx: `status_code`; go-vcr:
    `code`.
    """
    status = response.get("status")
    told = status if isinstance(status, dict) else response
    found = told.get("status_code", told.get("code"))
    if found is None and not isinstance(status, dict):
        found = status
    return None if found in (None, "") else int(str(found).split(" ")[0])


def _headers(found: Json) -> Headers:
    """An object of lists or of texts, or a list of pairs."""
    pairs = found.items() if isinstance(found, dict) else found or ()
    listed = ((name, one) for name, value in pairs for one in (value if isinstance(value, list) else [value]))
    return tuple((str(name), DROPPED if one is None else str(one)) for name, one in listed)


def _length(response: Mapping[str, Json]) -> int | None:
    """What the answer's headers say about its length."""
    said = next((value for name, value in _headers(response.get("headers")) if name.lower() == "content-length"), "")
    return int(said) if said.isascii() and said.isdigit() and len(said) < 16 else None


def _started(said: Json) -> float:
    try:
        return parsedate_to_datetime(str(said)).timestamp()
    except (ValueError, TypeError, OverflowError):
        return moment(said)
