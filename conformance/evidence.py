"""What an exchange allows to be judged: recordings may have lost their request, headers, values or exact bytes.

Each function gives what was asked for or raises Unclear, so that a rule is silent where its evidence is missing.
"""

from __future__ import annotations

from conformance.answers import Object
from conformance.endpoints import sent_json
from conformance.messages import Exchange, Json
from conformance.model import Unclear

FAITHFUL = ("raw", "raw-headers-redacted")
"""What recorders call bodies that they kept byte by byte."""

_MASKS = ("redacted", "<dropped>", "<other>", "***", "filtered", "masked", "xxxx")


def asked(exchange: Exchange) -> Object:
    """The JSON object that was sent. Raises Unclear where the recorder did not keep it."""
    sent = sent_json(exchange)
    if not isinstance(sent, dict):
        raise Unclear("the request is not known")
    return sent


def ensure_bytes(exchange: Exchange) -> None:
    """Raises Unclear where the body may not be what went over the wire, byte by byte."""
    if exchange.source.get("fidelity", "raw") not in FAITHFUL:
        raise Unclear("the recorder may have re-written the body")


def ensure_body(exchange: Exchange) -> None:
    """Raises Unclear where a recording has no body at all: recorders drop bodies now and then."""
    if exchange.source and not exchange.body:
        raise Unclear("the recorder may have dropped the body")


def ensure_values(exchange: Exchange) -> None:
    """Raises Unclear where values in the body were masked."""
    if exchange.source.get("sanitised"):
        raise Unclear("values in the body were masked")


def ensure_live(exchange: Exchange) -> None:
    """Raises Unclear for recordings, for questions that only an exchange of this run can answer."""
    if exchange.source or not exchange.timed:
        raise Unclear("only an exchange of this run shows it")


def header_of(exchange: Exchange, name: str) -> str | None:
    """A response header, or None where the server did not send it. Raises Unclear where a recorder may have taken it away."""
    value = exchange.header(name)
    masked = exchange.source.get("headers_masked") or ()
    if isinstance(masked, list | tuple) and name in [str(one).lower() for one in masked]:
        raise Unclear(f"the header {name} was masked")
    if value is None and exchange.source.get("headers_complete") is False:
        raise Unclear(f"the header {name} was not recorded")
    if value is not None and exchange.source and (is_masked(value) or value.lower().startswith(f"{name.lower()}-")):
        raise Unclear(f"the header {name} was masked")
    return value


def is_masked(text: str) -> bool:
    """Whether a text looks like what recorders write in place of values that are nobody's business."""
    return any(mask in text.lower() for mask in _MASKS)


def is_tame(sent: Object) -> bool:
    """Whether a request leads to whole characters: hot or biased, a model may well pick bytes that are none, and it repeats the
    broken ones of its prompt.
    """
    heat = sent.get("temperature")
    hot = isinstance(heat, int | float) and heat > 1
    try:
        return not (hot or sent.get("logit_bias") or "\ufffd" in repr(sent))
    except (RecursionError, ValueError):  # too deep or too long to be spelled
        return False


def integer(value: Json) -> int | None:
    """The value if it is an integer; true and false are none."""
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def shown(value: Json, most: int = 200) -> str:
    """A value of the server's as it may stand in a finding: short, and one line."""
    text = value if isinstance(value, str) else _plain(value)
    return (text if len(text) <= most else text[: most - 1] + "…").replace("\n", "\\n").replace("\r", "\\r")


def _plain(value: Json) -> str:
    try:
        return repr(value) if isinstance(value, int | float | None) else type(value).__name__
    except ValueError:  # Python refuses to spell integers of more than 4300 digits
        return "an integer of thousands of digits"
