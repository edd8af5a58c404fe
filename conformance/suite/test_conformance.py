"""Every case of the suite as a pytest item; the plugin names the cases and knows the run."""

from conformance.model import Case
from conformance.plugin import Judging


def test_conformance(case: Case, judging: Judging) -> None:
    """The server keeps its word, or OpenAI's where it gave none, in what this case is about."""
    judging(case)
