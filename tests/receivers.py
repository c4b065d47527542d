"""A server of a partner's, on this machine: it answers as told and remembers what it was sent."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass(slots=True)
class Receiver:
    """What was posted, and the replies still to be given, the last one again and again: (status, body, headers)."""

    address: str = ""
    replies: list[tuple[int, bytes, dict[str, str]]] = field(default_factory=lambda: [(200, b"taken", {})])
    seen: list[tuple[dict[str, str], bytes]] = field(default_factory=list)
    pause: float = 0.0

    def answers(self, *statuses: int, body: bytes = b"", **headers: str) -> None:
        """Answer with these, one after the other."""
        self.replies = [(status, body, headers) for status in statuses]


@contextmanager
def a_receiver(tls: Any = None) -> Iterator[Receiver]:
    """A receiver listening on a free port of the loopback, until the block ends."""
    receiver = Receiver()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            content = self.rfile.read(int(self.headers.get("content-length", 0)))
            receiver.seen.append(({name.lower(): value for name, value in self.headers.items()}, content))
            status, body, headers = receiver.replies.pop(0) if len(receiver.replies) > 1 else receiver.replies[0]
            time.sleep(receiver.pause)
            try:
                self.send_response(status)
                for name, value in {**headers, "content-length": str(len(body))}.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(body)
            except OSError:
                return  # who asked has gone

        def log_message(self, format: str, *args: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    if tls is not None:
        server.socket = tls.wrap_socket(server.socket, server_side=True)
    receiver.address = f"{'https' if tls else 'http'}://127.0.0.1:{server.server_address[1]}/in"
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield receiver
    finally:
        server.shutdown()
        server.server_close()
