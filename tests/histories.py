"""Reports that tests of the site are about, and a reader of its pages."""

from html.parser import HTMLParser

from conformance.model import Level, Outcome, Stance, Standing, Target, Verdict
from conformance.report import Footer, Header, Report
from conformance.report.history import Server, Stored, by_time

VOID = {"meta", "br"}


class Page(HTMLParser):
    """Tags that close, links, ids, and what a browser might run or load."""

    def __init__(self, text):
        super().__init__(convert_charrefs=True)
        self.open, self.links, self.odd = [], [], []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag, attrs):
        told = dict(attrs)
        self.odd += [name for name in told if name.startswith("on") or name in ("style", "src", "srcdoc", "action")]
        self.odd += [tag] * (tag in ("script", "img", "iframe", "object", "base", "link", "form"))
        if tag == "a":
            self.links.append(told["href"])
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        assert tag in {"rect", "path", "line"}

    def handle_endtag(self, tag):
        assert self.open.pop() == tag


def verdict(check="chat.stop.string", outcome=Outcome.WORKS, revision=1, matrix=None):
    good = outcome in (Outcome.WORKS, Outcome.ACCEPTED)
    told = Standing.KEPT if good else Standing.UNKNOWN if outcome is Outcome.UNCLEAR else Standing.BROKEN
    feature = ".".join(check.split(".")[:2])
    stance = Stance.SUPPORTED
    return Verdict(f"{check}-raw", check, "t", Level.MUST, feature, "raw", matrix, stance, outcome, told, revision=revision)


def report(*verdicts, day=1, suite="1", complete=True, matrices=(), model="m", name="http://a/v1"):
    header = Header(suite, Target(name, model, id="a", server="said"), matrices, started=f"2026-01-{day:02}T00:00:00Z")
    return Report(header, verdicts or (verdict(),), Footer(complete))


def server(*listed, name="one"):
    stored = (Stored(f"reports/{name}/{at}", ("report.ndjson",), one) for at, one in enumerate(listed))
    return Server(name, name, by_time(stored))


def shapes(lines):
    return [(line.suite, [(point.at, point.good, point.of) for point in line.points]) for line in lines]


BAD = Outcome.DIFFERS
