"""A real local HTTP server for checkpoints, with correct and faulty replies."""

import os
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import torch

Reply = bytes | Callable[[BaseHTTPRequestHandler], None]


class Malicious:
    """An object that creates a file when it is unpickled."""

    def __init__(self, marker: Path) -> None:
        self.marker = marker

    def __reduce__(self) -> tuple:
        return os.system, (f'touch "{self.marker}"',)


def hostile_checkpoint(path: Path, marker: Path, legacy: bool = False) -> bytes:
    """A checkpoint that creates ``marker`` when unpickled, in either format of PyTorch."""
    content = {'state_dict': {'weight': torch.ones(1)}, 'meta': Malicious(marker)}
    torch.save(content, path, _use_new_zipfile_serialization=not legacy)
    return path.read_bytes()


def cut_short(content: bytes) -> Reply:
    """Announce the whole content, but send half of it."""

    def reply(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(200)
        handler.send_header('Content-Length', str(len(content)))
        handler.end_headers()
        handler.wfile.write(content[: len(content) // 2])
        handler.close_connection = True

    return reply


def without_length(content: bytes) -> Reply:
    """Send the content without its length."""

    def reply(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(200)
        handler.end_headers()
        handler.wfile.write(content)
        handler.close_connection = True

    return reply


def drip(headers: bool) -> Reply:
    """Send a byte every 0.1 s, in the headers or in the content."""

    def reply(handler: BaseHTTPRequestHandler) -> None:
        start = b'HTTP/1.0 200 OK\r\nX: ' if headers else b'HTTP/1.0 200 OK\r\n\r\n'
        handler.wfile.write(start)
        for _ in range(100):
            handler.wfile.write(b'x')
            time.sleep(0.1)

    return reply


def redirect(target: str) -> Reply:
    """Redirect the client to another address."""

    def reply(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(302)
        handler.send_header('Location', target)
        handler.end_headers()

    return reply


@contextmanager
def serve(replies: dict[str, Reply]) -> Iterator[tuple[str, list[str]]]:
    """Serve replies by path; gives the address of the server and the requested paths."""
    asked: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            reply = replies.get(self.path)
            if reply is None:
                self.send_error(404)
            elif isinstance(reply, bytes):
                self.send_response(200)
                self.send_header('Content-Length', str(len(reply)))
                self.end_headers()
                self.wfile.write(reply)
            else:
                reply(self)

        def log_message(self, *args: object) -> None:
            pass

        def handle(self) -> None:
            with suppress(ConnectionError):  # the client gave up, as it should
                super().handle()

    server = ThreadingHTTPServer(('127.0.0.1', 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield f'http://127.0.0.1:{server.server_port}', asked
    finally:
        server.shutdown()
        thread.join()
        server.socket.close()
