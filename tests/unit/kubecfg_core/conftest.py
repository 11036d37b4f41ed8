"""Lets the core's tests run with pytest alone: coroutines without pytest-asyncio, and no property tests."""

import asyncio
import importlib.util
import inspect
from pathlib import Path

import pytest


def installed(module: str) -> bool:
    return importlib.util.find_spec(module) is not None


def property_tests() -> list[str]:
    return [str(path) for path in Path(__file__).parent.rglob("test_*.py") if "from hypothesis" in path.read_text()]


collect_ignore = [] if installed("hypothesis") else property_tests()

if not installed("pytest_asyncio"):

    @pytest.hookimpl(tryfirst=True)
    def pytest_pyfunc_call(pyfuncitem: pytest.Function) -> bool | None:
        if not inspect.iscoroutinefunction(pyfuncitem.obj):
            return None
        names = pyfuncitem._fixtureinfo.argnames
        asyncio.run(pyfuncitem.obj(**{name: pyfuncitem.funcargs[name] for name in names}))
        return True
