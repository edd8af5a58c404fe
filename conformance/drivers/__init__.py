"""Clients as functions: each driver is a context manager `connected` that yields a `Send`."""
