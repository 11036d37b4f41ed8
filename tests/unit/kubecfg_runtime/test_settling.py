"""In a process of its own: it concerns the whole interpreter."""

import subprocess
import sys


def told(code: str) -> str:
    script = f"import gc, sys\nfrom kubecfg_runtime.settling import settle\n{code}"
    return subprocess.run([sys.executable, "-c", script], check=True, capture_output=True, text=True).stdout.strip()


def test_what_is_there_is_left_alone_by_the_collector() -> None:
    assert int(told("settle(); print(gc.get_freeze_count())")) > 1000


def test_the_modules_that_are_named_are_imported() -> None:
    assert told("settle('kubecfg_core.folding'); print('kubecfg_core.folding' in sys.modules)") == "True"


def test_threads_give_way_twenty_times_as_soon_as_python_has_it() -> None:
    assert float(told("settle(); print(sys.getswitchinterval())")) < 0.005 / 20
