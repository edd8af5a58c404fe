"""The pytest module that `pytest --pyargs conformance` collects: one item a case."""
