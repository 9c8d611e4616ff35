"""A real Jupyter server for one test: its own settings, a free port, and a certain end."""

import json
import os
import secrets
import signal
import subprocess
import time
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

START_TIMEOUT_S = 90
STOP_TIMEOUT_S = 10

# A server whose test was killed ends itself.
ORPHAN_TIMEOUT_S = 300
SETTINGS: dict[str, Any] = {
    "ServerApp": {
        "ip": "127.0.0.1",
        "port": 0,  # a free one
        "open_browser": False,
        "shutdown_no_activity_timeout": ORPHAN_TIMEOUT_S,
    },
    "MappingKernelManager": {
        "cull_idle_timeout": ORPHAN_TIMEOUT_S,
        "cull_interval": 60,
        "cull_connected": True,
    },
}
NO_NEWS = {"fetchNews": "false", "checkForUpdates": False}


@dataclass(frozen=True)
class Server:
    """A running Jupyter server."""

    url: str
    token: str

    def lab(self, path: str = "") -> str:
        """The address of JupyterLab, or of a file opened in it."""
        return f"{self.url}lab{f'/tree/{path}' if path else ''}?token={self.token}"


@contextmanager
def jupyter(command: Sequence[str], folder: Path, state: Path) -> Iterator[Server]:
    """Run a command that starts JupyterLab in a folder.

    Whatever the user of this machine has set up for Jupyter and IPython is left out: `state` is
    the only place that the server reads settings from and writes to.
    """
    with (state / "server.log").open("wb") as log:
        server = subprocess.Popen(
            command,
            cwd=folder,
            env=_environment(state),
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        try:
            yield _answering(server, state)
        finally:
            _stop(server)


def _environment(state: Path) -> dict[str, str]:
    settings = state / "settings" / "@jupyterlab" / "apputils-extension"
    config = state / "config"
    for made in (settings, config, state / "runtime"):
        made.mkdir(parents=True, exist_ok=True)
    (settings / "notification.jupyterlab-settings").write_text(json.dumps(NO_NEWS), "utf-8")
    (config / "jupyter_server_config.json").write_text(json.dumps(SETTINGS), "utf-8")
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("JUPYTER", "IPYTHON", "PYTHONPATH", "MAKE", "LAB_"))
    }
    return {
        **kept,
        "JUPYTER_CONFIG_DIR": str(config),
        "JUPYTER_DATA_DIR": str(state / "data"),
        "JUPYTER_RUNTIME_DIR": str(state / "runtime"),
        "JUPYTERLAB_SETTINGS_DIR": str(state / "settings"),
        "JUPYTERLAB_WORKSPACES_DIR": str(state / "workspaces"),
        "JUPYTER_TOKEN": secrets.token_hex(16),
        "IPYTHONDIR": str(state / "ipython"),
    }


def _answering(server: "subprocess.Popen[bytes]", state: Path) -> Server:
    """Wait until the server answers; it writes down where."""
    deadline = time.monotonic() + START_TIMEOUT_S
    while time.monotonic() < deadline and server.poll() is None:
        for info in (state / "runtime").glob("jpserver-*.json"):
            try:
                about = json.loads(info.read_text("utf-8"))
                urllib.request.urlopen(f"{about['url']}api", timeout=5).close()
            except (OSError, ValueError):  # not yet
                continue
            return Server(about["url"], about["token"])
        time.sleep(0.05)
    said = (state / "server.log").read_text("utf-8", errors="replace")
    raise RuntimeError(f"no Jupyter server after {START_TIMEOUT_S} s:\n{said[-3000:]}")


def _stop(server: "subprocess.Popen[bytes]") -> None:
    """First politely, so that it ends its kernels; they also end when they lose it."""
    for how in (signal.SIGTERM, signal.SIGKILL):
        try:
            os.killpg(server.pid, how)
            server.wait(STOP_TIMEOUT_S)
        except ProcessLookupError:
            break
        except subprocess.TimeoutExpired:
            continue
    server.wait(STOP_TIMEOUT_S)
