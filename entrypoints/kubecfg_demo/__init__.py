"""A simulated Kubernetes API server with a demo cluster: for `kubecfg demo`, for tests, for trying things out."""

from .access import EVERYTHING, READ_ONLY, Rule
from .faults import Fault, Mode
from .recorded import items_of, objects_of_recordings
from .shop import shop_objects, shop_simulator
from .shop_extras import shop_logs
from .shop_faults import FAULTS, DemoFault
from .simulator import Running, Simulator

__all__ = [
    "EVERYTHING",
    "FAULTS",
    "READ_ONLY",
    "DemoFault",
    "Fault",
    "Mode",
    "Rule",
    "Running",
    "Simulator",
    "items_of",
    "objects_of_recordings",
    "shop_logs",
    "shop_objects",
    "shop_simulator",
]
