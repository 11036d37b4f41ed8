"""A simulated Kubernetes API server with a demo cluster: for `kubecfg demo`, for tests, for trying things out."""

from .access import EVERYTHING, READ_ONLY, Rule
from .faults import Fault, Mode
from .recorded import items_of, objects_of_recordings
from .simulator import Running, Simulator

__all__ = [
    "EVERYTHING",
    "READ_ONLY",
    "Fault",
    "Mode",
    "Rule",
    "Running",
    "Simulator",
    "items_of",
    "objects_of_recordings",
]
