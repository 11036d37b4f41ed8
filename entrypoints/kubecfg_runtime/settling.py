"""What a process that is kubecfg's own does once, before its work begins."""

import gc
import sys
from importlib import import_module
from typing import Final

# Seconds that a thread which analyses keeps the interpreter: a request needs it a dozen times, and gets it this late.
_TURN: Final = 0.0002


def settle(*modules: str) -> None:
    """Import these modules now, and have the garbage collector leave alone what is there: it stays.

    A full collection stops every thread, and a large view that is built asks for several of them: with all of
    SQLAlchemy, aiohttp and kubernetes_asyncio to go through they take 60 to 300 ms each, and without a few.
    It concerns the whole interpreter, so a program that embeds kubecfg decides for itself.
    """
    for module in modules:
        import_module(module)
    gc.collect()
    gc.freeze()
    sys.setswitchinterval(_TURN)
