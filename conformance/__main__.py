"""The command line: parses arguments and calls one function. What is heavy is imported when it is needed."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence

from conformance import __version__, commands, matrix_commands
from conformance.options import ARGUMENTS


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs a command. The exit codes are pytest's: 0 passed, 1 failed, 2 interrupted, 3 own error, 4 wrong use, 5 nothing."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    parser = _parser()
    known, rest = parser.parse_known_args(given)
    known.words = given[1:]
    if rest and known.command not in ("run", "plan"):
        parser.error(f"unrecognized arguments: {' '.join(rest)}")
    try:
        return int(known.run(known, rest))
    except BrokenPipeError:
        return 0
    except KeyboardInterrupt:
        return 2
    except commands.Refused as error:
        print(f"openai-conformance: {error}", file=sys.stderr)
        return 4


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> None:  # type: ignore[override]
        """One line, and pytest's exit code for wrong use."""
        self.exit(4, f"{self.prog}: {message}\n")


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(
        prog="openai-conformance", description="Holds OpenAI-compatible servers to what they document.", allow_abbrev=False
    )
    parser.add_argument("--version", action="version", version=f"openai-conformance {__version__}")
    verbs = parser.add_subparsers(dest="command", required=True, metavar="COMMAND", parser_class=_Parser)
    for name, function, about in (
        ("run", commands.run, "run the suite against a server and write a report; what pytest knows (-k, -x, -n) works too"),
        ("plan", commands.plan, "what a run would send: cases, requests and a token ceiling by area"),
    ):
        verb = verbs.add_parser(name, help=about, description=about, allow_abbrev=False)
        for argument in ARGUMENTS:
            verb.add_argument(argument.flag, **argument.keywords())
        verb.set_defaults(run=function)
    judging = verbs.add_parser("judge", help="apply every rule to recorded traffic, offline", allow_abbrev=False)
    recorded = "HAR, VCR cassettes, exchange JSONL, gzipped or not, or folders of them; - reads standard input"
    judging.add_argument("traffic", nargs="+", metavar="TRAFFIC", help=recorded)
    for argument in ARGUMENTS:
        if argument.name in ("matrix", "given", "only", "skip", "area", "level", "report", "baseline", "gate"):
            judging.add_argument(argument.flag, **argument.keywords())
    judging.set_defaults(run=commands.judge)
    comparing = verbs.add_parser("compare", help="reports side by side, and what changed from first to last", allow_abbrev=False)
    comparing.add_argument("report", nargs="+", metavar="REPORT", help="folder of a report, or its report.ndjson")
    comparing.add_argument("--only-differences", action="store_true", help="leave out features about which all agree")
    comparing.add_argument("--format", choices=("terminal", "markdown", "html", "json", "csv"), default="terminal")
    comparing.add_argument("--output", metavar="FILE", help="file to write (default: standard output)")
    comparing.add_argument("--fail-on", choices=("regression",), help="exit 1 if a case is worse in the last report")
    comparing.set_defaults(run=commands.compare)
    about = "a file of known failures from a report, or one kept up to date"
    failures = verbs.add_parser("baseline", help=about, description=about, allow_abbrev=False)
    failures.add_argument("report", metavar="REPORT", help="folder of a report, or its report.ndjson")
    how = failures.add_mutually_exclusive_group()
    how.add_argument("--update", metavar="FILE", help="drop what no longer fails and add what fails; remarks and order stay")
    how.add_argument("--explain", metavar="FILE", help="say what the report saw of each entry")
    failures.add_argument("--output", metavar="FILE", help="file to write (default: standard output, or the updated file)")
    failures.add_argument("--gate", choices=("claims", "strict"), default="claims", help="which failures are listed")
    failures.set_defaults(run=commands.baseline)
    site = verbs.add_parser("site", help="a folder of reports as a static site, with trends and badges", allow_abbrev=False)
    site.add_argument("reports", metavar="REPORTS_DIR", help="folder with reports, one folder a server")
    site.add_argument("--output", metavar="DIR", required=True, help="folder for the site; what else lies in it stays")
    site.set_defaults(run=commands.site)
    listing = verbs.add_parser("list", help="names of checks, rules, features, matrices, faults or recipes", allow_abbrev=False)
    kinds = ("checks", "rules", "features", "matrices", "faults", "recipes")
    listing.add_argument("kind", nargs="?", choices=kinds, default="checks")
    listing.set_defaults(run=commands.list_names)
    show = verbs.add_parser("show", help="what a check, rule, feature, matrix or fault means", allow_abbrev=False)
    show.add_argument("id")
    show.set_defaults(run=commands.show)
    serve = verbs.add_parser("serve", help="the reference server on loopback, right or wrong in named ways", allow_abbrev=False)
    serve.add_argument("--port", type=int, default=0)
    serve.add_argument("--fault", action="append", default=[], metavar="NAME")
    serve.add_argument("--api-key", metavar="KEY", help="refuse every request that does not come with this key")
    serve.set_defaults(run=commands.serve)
    curl = verbs.add_parser("curl", help="the request of a recorded exchange as a curl line", allow_abbrev=False)
    curl.add_argument("key")
    curl.add_argument("--report", required=True, metavar="DIR")
    curl.set_defaults(run=commands.curl)
    matrix = verbs.add_parser("matrix", help="tools for feature matrices", allow_abbrev=False)
    inner = matrix.add_subparsers(dest="verb", required=True, metavar="VERB", parser_class=_Parser)
    check = inner.add_parser("check", help="lint matrices", allow_abbrev=False)
    check.add_argument("file", nargs="+")
    check.set_defaults(run=matrix_commands.check)
    showing = inner.add_parser("show", help="a matrix as a table", allow_abbrev=False)
    showing.add_argument("file", metavar="NAME|FILE")
    showing.set_defaults(run=matrix_commands.show)
    diff = inner.add_parser("diff", help="what two editions or servers document differently", allow_abbrev=False)
    diff.add_argument("one", metavar="NAME|FILE")
    diff.add_argument("other", metavar="NAME|FILE")
    diff.set_defaults(run=matrix_commands.diff)
    for verb in (showing, diff):
        verb.add_argument("--markdown", action="store_true", help="as Markdown")
    drift = inner.add_parser("drift", help="which lines of a document changed, and which claims cite them", allow_abbrev=False)
    drift.add_argument("file", metavar="NAME|FILE")
    drift.add_argument("--document", required=True, metavar="PATH", help="the text of the document as it is now")
    drift.add_argument("--page", default="", metavar="NAME", help="which of the matrix's further pages it is")
    drift.set_defaults(run=matrix_commands.drift)
    about = "draft a matrix of what a server is seen to do, with the evidence; takes the options of run"
    draft = inner.add_parser("draft", help=about, description=about, allow_abbrev=False)
    for argument in ARGUMENTS:
        if argument.name not in ("matrix", "given", "baseline", "gate", "resume", "repeat", "fail_fast"):
            draft.add_argument(argument.flag, **argument.keywords())
    draft.add_argument("--output", metavar="FILE", help="file to write (default: standard output)")
    draft.set_defaults(run=commands.matrix_draft)
    return parser


if __name__ == "__main__":
    sys.exit(main())
