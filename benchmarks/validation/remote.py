"""A remote store to validate, and what goes over the wire: ``oxigraph serve`` behind a counting proxy."""

from __future__ import annotations

import http.client
import shutil
import socket
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

__all__ = ["Traffic", "counting_proxy", "oxigraph_command", "served"]

_PATIENCE_S = 600
_CHUNK = 1 << 16


def oxigraph_command() -> str | None:
    """Return the path of ``oxigraph``, which the Python package of that name brings; ``None`` without it."""
    beside = Path(sys.executable).parent / "oxigraph"
    return str(beside) if beside.exists() else shutil.which("oxigraph")


@contextmanager
def served(command: str, data: Path, folder: Path) -> Iterator[int]:
    """Serve a file of N-Triples from memory; yield the port."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    with (folder / "oxigraph.log").open("wb") as log:
        server = subprocess.Popen([command, "serve", "--bind", f"127.0.0.1:{port}"], stdout=log, stderr=log)
    try:
        _wait_for(port, server)
        with data.open("rb") as body:
            request = urllib.request.Request(
                f"http://127.0.0.1:{port}/store?default",
                data=body,
                method="POST",
                headers={"Content-Type": "application/n-triples", "Content-Length": str(data.stat().st_size)},
            )
            urllib.request.urlopen(request, timeout=_PATIENCE_S).close()
        yield port
    finally:
        server.terminate()
        server.wait(10)


def _wait_for(port: int, server: subprocess.Popen[bytes]) -> None:
    end = time.monotonic() + 30
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
        except OSError:
            if server.poll() is not None or time.monotonic() > end:
                raise
            time.sleep(0.05)
        else:
            return


@dataclass
class Traffic:
    """What passed the proxy: requests, and the bytes of their bodies and of the answers'."""

    port: int = 0
    requests: int = 0
    sent: int = 0
    received: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)


@contextmanager
def counting_proxy(port: int) -> Iterator[Traffic]:
    """Pass requests on to a port of this machine, and count them; the traffic tells the proxy's own port."""
    traffic = Traffic()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            self._pass_on(b"")

        def do_POST(self) -> None:
            self._pass_on(self.rfile.read(int(self.headers.get("Content-Length", 0))))

        def _pass_on(self, body: bytes) -> None:
            behind = http.client.HTTPConnection("127.0.0.1", port, timeout=_PATIENCE_S)
            headers = {name: value for name, value in self.headers.items() if name.lower() != "host"}
            behind.request(self.command, self.path, body, headers)
            answer = behind.getresponse()
            self.send_response(answer.status)
            for name, value in answer.getheaders():
                if name.lower() not in {
                    "transfer-encoding",
                    "connection",
                    "date",
                    "server",
                    "content-length",
                }:
                    self.send_header(name, value)
            self.send_header("Transfer-Encoding", "chunked")
            self.end_headers()
            size = 0
            while chunk := answer.read1(_CHUNK):
                size += len(chunk)
                self.wfile.write(b"%x\r\n%s\r\n" % (len(chunk), chunk))
            self.wfile.write(b"0\r\n\r\n")
            behind.close()
            with traffic.lock:
                traffic.requests += 1
                traffic.sent += len(body) + len(self.path)
                traffic.received += size

        def log_message(self, *told: object) -> None:
            del told

    proxy = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    traffic.port = proxy.server_port
    thread = threading.Thread(target=proxy.serve_forever)
    thread.start()
    try:
        yield traffic
    finally:
        proxy.shutdown()
        thread.join()
        proxy.server_close()
