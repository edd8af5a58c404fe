"""The errors of the API: the envelope with its four keys, and the ways a request can be wrong.

https://platform.openai.com/docs/guides/error-codes/api-errors
"""

from __future__ import annotations

from typing import Any

from conformance.reference.values import Refused


def envelope(message: str, type_: str = "invalid_request_error", param: str | None = None, code: str | None = None) -> Any:
    """The error object as it goes over the wire."""
    return {"error": {"message": message, "type": type_, "param": param, "code": code}}


def bad_request(message: str, param: str | None = None, code: str | None = None) -> Refused:
    """A 400 that is the client's own doing."""
    return Refused(400, envelope(message, param=param, code=code))


def missing(param: str) -> Refused:
    """A required field is not there."""
    return bad_request(f"The required parameter '{param}' is missing.", param, "missing_required_parameter")


def wrong_type(param: str, wanted: str, value: Any) -> Refused:
    """A field has another JSON type than it may have."""
    return bad_request(f"'{param}' must be {wanted}, not {name_of(value)}.", param, "invalid_type")


def bad_value(param: str, wanted: str, value: Any) -> Refused:
    """A field has a value outside its list."""
    return bad_request(f"'{param}' is {value!r}, but has to be {wanted}.", param, "invalid_value")


def out_of_range(param: str, kind: str, bound: float, value: float, above: bool) -> Refused:
    """A number or a size is beyond its bound; `kind` is decimal, integer, array or string."""
    side = "above_max" if above else "below_min"
    measure = "length" if kind in ("array", "string") else "value"
    said = f"'{param}' may be {'at most' if above else 'at least'} {bound}, but {value} was sent."
    return bad_request(said, param, f"{kind}_{side}_{measure}")


def unknown_parameter(param: str) -> Refused:
    """A field that the API does not have."""
    return bad_request(f"There is no parameter '{param}'.", param, "unknown_parameter")


def unreadable() -> Refused:
    """A body that is no JSON."""
    return bad_request("The body of your request is not valid JSON.")


def wrong_content_type(media: str) -> Refused:
    """A body that is not called JSON."""
    return Refused(415, envelope(f"The content type '{media}' is not application/json.", code="unsupported_content_type"))


def unknown_model(name: str, param: str | None = None) -> Refused:
    """A model that does not exist."""
    return Refused(404, envelope(f"There is no model '{name}', or you may not use it.", param=param, code="model_not_found"))


def unknown_route(method: str, path: str) -> Refused:
    """A path that does not exist."""
    return Refused(404, envelope(f"No such URL: {method} {path}.", code="unknown_url"))


def wrong_method(method: str, allowed: str) -> Refused:
    """A path that exists, but not with this method."""
    said = f"{method} is not allowed here; allowed is {allowed}."
    return Refused(405, envelope(said, code="method_not_allowed"), (("allow", allowed),))


def bad_key() -> Refused:
    """A key that is missing or wrong."""
    body = envelope("The API key is missing or wrong.", code="invalid_api_key")
    return Refused(401, body, (("www-authenticate", 'Bearer realm="reference"'),))


def name_of(value: Any) -> str:
    """A JSON value's type in words."""
    names = {dict: "an object", list: "an array", str: "a string", bool: "a boolean", int: "an integer", float: "a decimal"}
    return names.get(type(value), "null")
