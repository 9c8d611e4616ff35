#!/usr/bin/env bash
# Gradescope starts this once, when it makes the container: Python, packages, a trial run.
# AUTOGRADER_PYTHON names a Python that has the packages already; then nothing is installed.
set -euo pipefail
root="${AUTOGRADER_ROOT:-/autograder}"
python="${AUTOGRADER_PYTHON:-}"

if [ -z "$python" ]; then
  export DEBIAN_FRONTEND=noninteractive
  apt-get update -qq
  apt-get install -qq -y python3 python3-venv
  python3 -m venv "$root/uv"
  "$root/uv/bin/python" -m pip install -q uv==0.13.9
  # Where workers may read it that are nobody: not in root's own folder.
  export UV_PYTHON_INSTALL_DIR="$root/python"
  "$root/uv/bin/uv" venv --seed --python 3.11 "$root/venv"
  python="$root/venv/bin/python"
  "$python" -m pip install -q --disable-pip-version-check -r "$root/source/requirements.txt"
fi

cd "$root/source/project"
PYTHONWARNINGS=ignore "$python" -m autograder.bundle.run "$root" --check
