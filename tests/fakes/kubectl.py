"""Programs that stand in for kubectl: each answers the version question, and otherwise does what its body says."""

import sys
from pathlib import Path

VERSION = '{"clientVersion": {"gitVersion": "%s"}}'


def fake_kubectl(folder: Path, body: str, *, version: str = "v1.37.1") -> str:
    """Write an executable program with a Python body, and give its path."""
    path = folder / "kubectl"
    path.write_text(
        f"#!{sys.executable} -IS\n"
        "import json, os, signal, subprocess, sys, time\n"
        "if '--client' in sys.argv:\n"
        f"    print('''{VERSION % version}''')\n"
        "    sys.exit()\n"
        f"{body}\n"
    )
    path.chmod(0o700)
    return str(path)
