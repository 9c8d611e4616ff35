"""A web server on this machine, so that downloads are real and need no network."""

import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import numpy as np
import pytest


@dataclass
class WebServer:
    """Serves `files` by path, from the middle where asked to, and may hang up early or hang."""

    url: str
    files: dict[str, bytes] = field(default_factory=dict)
    sends_bytes: int | None = None  # of each answer, and then hangs up; None for all
    falls_silent: bool = False  # instead of hanging up
    resumes: bool = True
    requests: list[str] = field(default_factory=list)  # the range asked for, "" for the whole
    stopping: threading.Event = field(default_factory=threading.Event)

    def part(self, content: bytes, wanted: str) -> tuple[int, bytes]:
        """Status and body of the answer to a request for a range."""
        if not self.resumes or not wanted:
            return 200, content
        first = int(wanted.removeprefix("bytes=").removesuffix("-"))
        return (206, content[first:]) if first < len(content) else (416, b"")


def idx(array: np.ndarray) -> bytes:
    """MNIST's format: type and rank, the sizes as big-endian int32, the bytes."""
    sizes = np.array(array.shape, dtype=">i4").tobytes()
    return bytes([0, 0, 8, array.ndim]) + sizes + array.tobytes()


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[WebServer]:
    monkeypatch.setenv("no_proxy", "*")

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            wanted = self.headers.get("Range", "")
            web.requests.append(wanted)
            content = web.files.get(self.path)
            if content is None:
                self.send_error(404)
                return
            status, body = web.part(content, wanted)
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body[: web.sends_bytes])
            if web.falls_silent:
                web.stopping.wait()

        def log_message(self, *_args: object) -> None:
            pass

    httpd = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    web = WebServer(f"http://127.0.0.1:{httpd.server_port}")
    thread = threading.Thread(target=httpd.serve_forever, args=(0.01,))
    thread.start()
    yield web
    web.stopping.set()
    httpd.shutdown()
    httpd.server_close()
    thread.join()
