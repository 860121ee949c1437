"""Kills a build 50 times, or `DIGIGRAPH_KILLS` times, and looks whether anything was lost."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

TEST = Path(__file__).parents[1] / "test_safety.py"


def main() -> None:
    """Run the test as often as the environment says; raise where something was lost."""
    told = {"DIGIGRAPH_KILLS": "50"} | os.environ
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-q",
        "-p",
        "no:cacheprovider",
        "-m",
        "long",
        "-k",
        "killed",
    ]
    subprocess.run([*command, str(TEST)], env=told, check=True)


if __name__ == "__main__":
    main()
