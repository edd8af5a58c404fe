"""Named faults: each one way in which a real server was publicly seen to be wrong."""

from conformance.reference.faults.registry import Fault, all_faults, fault, named

__all__ = ["Fault", "all_faults", "fault", "named"]
