"""A lean HTTP client, the same for every engine: one connection that stays open.

A general client spends as long on a request as a warm answer takes, and would make engines look
more alike than they are. This one sends bytes that were made ready and reads a whole answer.
"""

from __future__ import annotations

import socket
from dataclasses import dataclass
from urllib.parse import urlencode

TABLE, GRAPH = "application/sparql-results+json", "application/n-triples"


class Broken(Exception):
    """There was no whole answer: too late, cut off, or not HTTP."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back: the status and the whole body."""

    status: int
    body: bytes


def accept(query: str) -> str:
    """Return the media type that a query is asked for in."""
    return GRAPH if "CONSTRUCT" in query else TABLE


def request(path: str, query: str) -> bytes:
    """Return the bytes of a query sent as a form."""
    body = urlencode({"query": query}).encode()
    head = (
        f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nAccept: {accept(query)}\r\n"
        f"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


def fetch(path: str, media_type: str) -> bytes:
    """Return the bytes of a request for what is at a path."""
    return f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nAccept: {media_type}\r\n\r\n".encode()


class Connection:
    """A connection to a server on the loopback; it is opened again where the server closes it."""

    def __init__(self, port: int, patience: float) -> None:
        """Remember where to, and how many seconds to wait for bytes."""
        self._port, self._patience = port, patience
        self._socket: socket.socket | None = None

    def ask(self, sent: bytes) -> Answer:
        """Return the whole answer to a request; raise `Broken` if there is none."""
        again = self._socket is not None
        try:
            return self._ask(sent)
        except TimeoutError:
            self.close()
            raise Broken("too late") from None
        except (OSError, ValueError, Broken) as error:
            self.close()
            if again:  # the server may have closed a connection that it thought idle
                return self.ask(sent)
            raise Broken(str(error)) from None

    def close(self) -> None:
        """Let the connection go."""
        if self._socket:
            self._socket.close()
        self._socket = None

    def _ask(self, sent: bytes) -> Answer:
        if self._socket is None:
            self._socket = socket.create_connection(("127.0.0.1", self._port), self._patience)
            self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._socket.sendall(sent)
        head, rest = self._until(b"", b"\r\n\r\n")
        lines = head.decode("latin-1").split("\r\n")
        status = int(lines[0].split(" ", 2)[1])
        fields = {
            name.lower(): value.strip() for name, _, value in (one.partition(":") for one in lines)
        }
        if "chunked" in fields.get("transfer-encoding", "").lower():
            body = self._chunks(rest)
        elif "content-length" in fields:
            body = self._exactly(rest, int(fields["content-length"]))
        else:
            body = self._to_the_end(rest)
        if fields.get("connection", "").lower() == "close":
            self.close()
        return Answer(status, body)

    def _more(self) -> bytes:
        assert self._socket
        part = self._socket.recv(262_144)
        if not part:
            raise Broken("cut off")
        return part

    def _until(self, had: bytes, mark: bytes) -> tuple[bytes, bytes]:
        while (end := had.find(mark)) < 0:
            had += self._more()
        return had[:end], had[end + len(mark) :]

    def _exactly(self, had: bytes, size: int) -> bytes:
        parts, missing = [had], size - len(had)
        while missing > 0:
            parts.append(self._more())
            missing -= len(parts[-1])
        return b"".join(parts)

    def _chunks(self, rest: bytes) -> bytes:
        parts: list[bytes] = []
        while True:
            line, rest = self._until(rest, b"\r\n")
            size = int(line.split(b";")[0], 16)
            rest = self._exactly(rest, size + 2)
            if not size:
                return b"".join(parts)
            parts.append(rest[:size])
            rest = rest[size + 2 :]

    def _to_the_end(self, rest: bytes) -> bytes:
        parts = [rest]
        assert self._socket
        while part := self._socket.recv(262_144):
            parts.append(part)
        self.close()
        return b"".join(parts)
