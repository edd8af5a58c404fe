"""The command `run` in a folder of its own, and the report that it leaves there."""

from servers import command

from conformance.report import read

FILES = {"report.ndjson", "report.html", "report.md", "junit.xml", "badge.json", "exchanges.jsonl.gz"}
NAMES = ("--model", "reference", "--model-alias", "reference-copy", "--vision-model", "reference")


def run(cwd, url, *arguments, **environment):
    return command("run", "--base-url", url, "--report", "out", *arguments, cwd=cwd, **environment)


def report_in(folder):
    return read((folder / "out" / "report.ndjson").read_text())


def told(report):
    return {(one.case, one.matrix): (one.outcome, one.standing) for one in report.verdicts}
