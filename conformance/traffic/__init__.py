"""Recorded traffic of every kind that is common, read one exchange at a time: HAR, VCR cassettes and exchange lines."""

from conformance.traffic.files import MOST_NAMED, Traffic

__all__ = ["MOST_NAMED", "Traffic"]
