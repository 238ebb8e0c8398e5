#!/usr/bin/env bash
# Build a virtual environment with pinned packages and this checkout; called by `make setup`.
#   tools/setup_venv.sh PYTHON VENV LOCK
# A complete environment with the same lock is kept unchanged.
set -euo pipefail
python=$1 venv=$2 lock=$3
if cmp -s "$lock" "$venv/installed.txt"; then
    exit 0
fi
if ! "$python" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 14))'; then
    echo "mmfer needs Python 3.11 to 3.14: choose one with 'make setup PYTHON=python3.12'." >&2
    exit 1
fi
echo "Building $venv with $("$python" --version) from $lock ..."
if [ -e "$venv" ] && [ ! -e "$venv/of_mmfer" ]; then
    echo "$venv is there, but 'make setup' did not build it: move it away first." >&2
    exit 1
fi
rm -rf "$venv"
"$python" -m venv "$venv"
touch "$venv/of_mmfer"
"$venv/bin/python" -m pip install --disable-pip-version-check -r "$lock"
# mmengine asks for the OpenCV with windows, which needs libraries that a server lacks. The headless
# build does for mmfer. Both share files, so removing one deletes files of the other.
"$venv/bin/python" -m pip uninstall --disable-pip-version-check --yes --quiet \
    opencv-python opencv-python-headless
opencv=$(grep '^opencv-python-headless==' "$lock")
"$venv/bin/python" -m pip install --disable-pip-version-check --quiet --no-deps "$opencv"
"$venv/bin/python" -m pip install --disable-pip-version-check --quiet --no-deps \
    --no-build-isolation --editable .
cp "$lock" "$venv/installed.txt"
