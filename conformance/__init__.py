"""A conformance suite for OpenAI-compatible servers."""

__version__ = "0.1.0"
