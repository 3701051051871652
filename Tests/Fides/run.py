#!/usr/bin/env python3
"""Checks a Fides manifest with fideslang's own models, in a Python environment that is made once.

    run.py MANIFEST [--environment DIR]

The exit code is 0 when the manifest is valid, 1 when it is not, 2 when the environment can't be made.
"""

import argparse
import fcntl
import os
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
REQUIREMENTS = os.path.join(HERE, "requirements.txt")
UNAVAILABLE = 2


def main():
    parser = argparse.ArgumentParser(description="a Fides manifest against fideslang's models")
    parser.add_argument("manifest", help="a file whose name ends in .yml")
    parser.add_argument("--environment", help="where fideslang is or is to be installed (default: below .build)")
    options = parser.parse_args()
    version = f"{sys.version_info.major}.{sys.version_info.minor}"
    environment = options.environment or os.path.join(ROOT, ".build", f"fideslang-python{version}")
    python = os.path.join(environment, "bin", "python3")
    os.makedirs(os.path.dirname(os.path.abspath(environment)), exist_ok=True)
    # One process at a time: tests run side by side.
    with open(f"{environment}.lock", "w", encoding="ascii") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        make(environment, python)
    return subprocess.run([python, "-B", os.path.join(HERE, "check.py"), options.manifest], check=False).returncode


def make(environment, python):
    """Installs what is required, unless exactly that is there: the mark is written last."""
    mark = os.path.join(environment, "installed.txt")
    wanted = read(REQUIREMENTS)
    if os.path.exists(mark) and read(mark) == wanted:
        return
    try:
        subprocess.run([sys.executable, "-m", "venv", "--clear", environment], check=True)
        subprocess.run([python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "-r", REQUIREMENTS], check=True)
    except (OSError, subprocess.CalledProcessError) as error:
        print(f"fideslang could not be installed in {environment}: {error}")
        print("Next step: connect this machine to the Python package index once (on Debian with the package python3-venv), or give")
        print("pip a folder with the wheels of Tests/Fides/requirements.txt (PIP_NO_INDEX=1 PIP_FIND_LINKS=FOLDER); then test again.")
        sys.exit(UNAVAILABLE)
    with open(mark, "w", encoding="utf-8") as file:
        file.write(wanted)


def read(path):
    with open(path, encoding="utf-8") as file:
        return file.read()


if __name__ == "__main__":
    sys.exit(main())
