"""Reports kept over time as a static site: pages of values, with no script and no network, whose links are all relative."""

from conformance.render.site.pages import pages

__all__ = ["pages"]
