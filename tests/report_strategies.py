"""Reports of every kind for Hypothesis."""

from hypothesis import settings
from hypothesis import strategies as st

from conformance.model import Finding, Level, Outcome, Stance, Standing, Target, Verdict
from conformance.report import Edition, Footer, Header, Report


def as_json_has_it(text):
    """A pair of surrogates is one character as soon as it has been JSON."""
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "surrogatepass")


texts = st.text(st.characters(), max_size=12).map(as_json_has_it)
counts = st.integers(0, 2**60)
seconds = st.floats(0, 1e9)
oracles = st.lists(st.sampled_from(["bytes", "schema", "sdk", "sdk-strict"]), max_size=2).map(tuple)
findings = st.builds(Finding, texts, texts, texts, texts, oracles, st.sampled_from(Outcome))
verdicts = st.builds(
    Verdict,
    case=texts,
    check=texts,
    title=texts,
    level=st.sampled_from(Level),
    feature=texts,
    via=texts,
    matrix=st.sampled_from([None, "a@1", "b@2"]),
    stance=st.sampled_from(Stance),
    outcome=st.sampled_from(Outcome),
    standing=st.sampled_from(Standing),
    authority=texts,
    revision=counts,
    reason=texts,
    findings=st.lists(findings, max_size=2).map(tuple),
    exchanges=st.lists(texts, max_size=2).map(tuple),
    seconds=seconds,
    link=texts,
    lines=st.lists(counts, max_size=2).map(tuple),
    note=texts,
)
targets = st.builds(Target, texts, texts, texts, texts, texts, texts, texts, st.booleans())
headers = st.builds(
    Header,
    suite=texts,
    target=targets,
    matrices=st.tuples(st.builds(Edition, st.just("a@1"), texts, texts, texts), st.just(Edition("b@2"))),
    sdk=texts,
    python=texts,
    started=texts,
    command=texts,
)
reports = st.builds(
    Report,
    headers,
    st.lists(verdicts, max_size=4, unique_by=lambda one: (one.case, one.matrix)).map(tuple),
    st.builds(Footer, st.booleans(), counts, counts, seconds),
)

unhurried = settings(max_examples=60, deadline=None)
"""How long a machine takes tells nothing about these properties."""
