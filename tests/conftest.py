"""Tables that tests made, printed at the end of the session, also where they ran in several processes; and that Hypothesis does
not take the slowness of a busy machine for a fault: https://hypothesis.readthedocs.io/en/latest/reference/api.html#hypothesis.HealthCheck.
"""

from hypothesis import HealthCheck, settings

TABLE = "table"

settings.register_profile("busy", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("busy")


def pytest_terminal_summary(terminalreporter):
    """Prints the rows of every table, those of one heading together."""
    rows = {}
    for reports in terminalreporter.stats.values():
        for report in reports:
            for name, value in getattr(report, "user_properties", ()):
                if name == TABLE and report.when == "call":
                    head, row = value
                    rows.setdefault(head, set()).add(row)
    for head, found in rows.items():
        terminalreporter.write_sep("-", "measured")
        terminalreporter.write_line(head)
        for row in sorted(found):
            terminalreporter.write_line(row)
