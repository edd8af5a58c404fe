"""Renderings of a report: pure functions of values, and the one function that writes them all into a folder."""

from conformance.render.folder import write_all

__all__ = ["write_all"]
