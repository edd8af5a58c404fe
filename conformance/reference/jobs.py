"""GET and POST /fine_tuning/jobs: there are no jobs, and there can be none, since there are no files to train on.

https://platform.openai.com/docs/api-reference/fine-tuning
"""

from __future__ import annotations

from conformance.reference.errors import bad_request, missing, wrong_type
from conformance.reference.models import snapshot
from conformance.reference.values import Object


def listed_jobs() -> Object:
    """The empty list of jobs."""
    return {"object": "list", "data": [], "has_more": False}


def create_job(sent: Object) -> Object:
    """Never anything. Raises Refused: a field is missing, or the file does not exist."""
    for name in ("model", "training_file"):
        if name not in sent:
            raise missing(name)
        if not isinstance(sent[name], str):
            raise wrong_type(name, "a string", sent[name])
    snapshot(sent["model"])
    raise bad_request(f"There is no file '{sent['training_file']}'.", "training_file", "invalid_training_file")
