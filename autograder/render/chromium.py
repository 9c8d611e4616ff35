"""The Chromium that prints PDFs and shows pages to the browser tests.

`python -m autograder.render.chromium` installs Debian's.
"""

import os
import shutil
import subprocess

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
HOW_TO_GET_IT = "no Chromium on the PATH: install `chromium`, as root `make chromium` does it"
PACKAGES = ("chromium", "fonts-dejavu-core", "fonts-stix")  # fonts for text and formulas
INSTALL_TIMEOUT_S = 300

FLAGS = [
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--disable-quic",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",  # nothing but this machine
]


def find_chromium() -> str | None:
    """Path of a Chromium or Chrome, if there is one."""
    return next(filter(None, map(shutil.which, NAMES)), None)


def launch_flags() -> list[str]:
    """Flags for local pages only; Chromium's own sandbox refuses to run as root."""
    return [*FLAGS, "--no-sandbox"] if os.geteuid() == 0 else FLAGS


def install() -> None:
    """Install Debian's Chromium where that is ours to do; else say in one line how to get it."""
    if find_chromium():
        return
    if os.geteuid() == 0 and shutil.which("apt-get"):
        print(f"== chromium: {' '.join(PACKAGES)} from Debian, for PDFs and tests", flush=True)
        failure = _apt_get("update") or _apt_get(
            "install", "-y", "--no-install-recommends", *PACKAGES
        )
        if failure:
            print(f"apt-get failed: {failure}")
    if not find_chromium():
        print(HOW_TO_GET_IT)


def _apt_get(*arguments: str) -> str | None:
    """What went wrong, in apt's own last words."""
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    try:
        ran = subprocess.run(
            ["apt-get", "-qq", *arguments],
            env=environment,
            capture_output=True,
            text=True,
            timeout=INSTALL_TIMEOUT_S,
        )
    except subprocess.TimeoutExpired:
        return f"`{arguments[0]}` took longer than {INSTALL_TIMEOUT_S} s"
    if ran.returncode == 0:
        return None
    return ((ran.stderr or ran.stdout).strip().splitlines() or [f"exit code {ran.returncode}"])[-1]


if __name__ == "__main__":
    install()
