"""Every page of the site by its path, and the badges."""

from __future__ import annotations

from collections.abc import Mapping

from conformance.render import badge
from conformance.render.site.feature import feature_html
from conformance.render.site.index import index_html
from conformance.render.site.names import feature_page, server_page
from conformance.render.site.server import server_html
from conformance.render.site.shield import shield
from conformance.report.history import History, meanings


def pages(history: History) -> Mapping[str, str]:
    """The texts of the site by their paths. The same reports give the same bytes."""
    told = meanings(history)
    found = {"index.html": index_html(history, told)}
    for server in history.servers:
        found[server_page(server.key)] = server_html(server)
        found[f"badges/{server.key}.json"] = badge.render(server.latest.report)
        found[f"badges/{server.key}.svg"] = shield(server.latest.report)
    return found | {feature_page(name): feature_html(name, listed) for name, listed in told.items()}
