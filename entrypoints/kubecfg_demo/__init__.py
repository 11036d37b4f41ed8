"""A simulated Kubernetes API server with a demo cluster: for `kubecfg demo`, for tests, for trying things out."""

from kubecfg_demo.access import EVERYTHING, READ_ONLY, Rule
from kubecfg_demo.faults import Fault, Mode
from kubecfg_demo.recorded import items_of, objects_of_recordings
from kubecfg_demo.shop import shop_objects, shop_simulator
from kubecfg_demo.shop_extras import shop_logs
from kubecfg_demo.shop_faults import FAULTS, DemoFault
from kubecfg_demo.simulator import Running, Simulator

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
