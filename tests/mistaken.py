"""What tests of deeper mistakes share: refusals, and names of checks."""

from surroundings import ids_of

from conformance.checks.errors_bodies import ODD
from conformance.messages import Exchange, Failure

NO = {"error": {"message": "no", "type": "invalid_request_error", "param": None, "code": None}}
CODED = {"error": NO["error"] | {"code": "context_length_exceeded"}}
ODD_IDS = [*(f"errors.malformed.{name}" for name in ODD), "errors.content-type.none"]
STREAMS = ids_of("errors_streams")
CONTEXT = ids_of("errors_context")
ALL = [*ODD_IDS, *STREAMS, *CONTEXT, *ids_of("errors_bounds"), *ids_of("errors_recovery"), *ids_of("errors_routes")]


def wrong(request):
    return request.wrong


def streamed(request):
    return request.wrong and isinstance(request.json, dict) and request.json.get("stream") is True


def lost(kind):
    return lambda request: Exchange(request, failure=Failure(kind, "no"))
