"""Lets queries ask other endpoints with SERVICE: a gateway between those and the engine.

The engine's own client goes wherever a name or a redirect leads, without a limit. So its process
may connect to one port, ours, and each call of its query names a path there that nobody can
guess and that ends with the query. Behind it the endpoints of a list are asked, within the time
and the bytes of the query (S-02, S-05).

A refusal or a limit of ours is told even where the call is SILENT: that hides what fails over
there, and never makes a part of an answer look whole (S-06).
"""

from __future__ import annotations

import os
import secrets
import shutil
import socket
import threading
import time
import weakref
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import IO

from digigraph import outside
from digigraph.calls import Allowed, Route, calls_of, placed
from digigraph.engine import Asked, Client, Counts, Engine, Job, Limits, Whole
from digigraph.errors import (
    DigigraphError,
    Overloaded,
    QueryError,
    QueryForbidden,
    ResultTooLarge,
)
from digigraph.evaluation import QueryFailed
from digigraph.exchange import Watch
from digigraph.sparql import error_at

MOST_CALLS = 100
"""The most requests that one query sends; the engine may send one for each row."""
_MOST_QUERY = 4 << 20
"""The most bytes of the part of a query that goes to one endpoint."""


class Federated:
    """An `Engine` whose queries may ask the endpoints of a list."""

    def __init__(
        self,
        engine: Callable[[int], Engine],
        limits: Limits,
        allowed: str,
        *,
        resolve: outside.Resolve = socket.getaddrinfo,
    ) -> None:
        """Make the engine, which is told our port; raise `UsageError` for a list that is none."""
        self.limits, self._allowed = limits, Allowed(allowed)
        self._gateway = _Gateway(limits, resolve)
        self.engine = engine(self._gateway.port)
        self.kind = self.engine.kind
        # Who waits for others must not keep all children from those who ask us alone.
        self._places = threading.BoundedSemaphore(max(1, limits.children - 1))

    def start(self) -> None:
        """Start the engine."""
        self.engine.start()

    def counts(self) -> Counts:
        """Return what the engine does and has done."""
        return self.engine.counts()

    def finish_by(self, when: float) -> None:
        """Let no question go on longer, as `Engine` says."""
        self.engine.finish_by(when)

    def close(self) -> None:
        """Close the engine, and listen no more."""
        self.engine.close()
        self._gateway.close()

    def begin(self, job: Job) -> Asked | None:
        """Begin to answer a query that asks nobody else, as `Engine` says."""
        return None if calls_of(job.query) else self.engine.begin(job)

    def ask(self, job: Job, *, client: Client | None = None) -> Whole:
        """Return the whole answer, as `Engine` says.

        Raises `QueryForbidden` for an endpoint that is not on the list or leads where it must
        not, `QueryFailed` where an endpoint fails and the call is not SILENT.
        """
        calls = calls_of(job.query)
        if not calls:
            return self.engine.ask(job, client=client)
        routes = [self._allowed.route(call) for call in calls]
        if job.only_read:
            return self.engine.ask(job, client=client)
        if not self._places.acquire(timeout=self.limits.waiting_seconds):
            raise Overloaded(self.limits.waiting_seconds)
        try:
            with _Ticket(self._gateway, job.query, routes) as ticket:
                return _ask(self.engine, job, ticket, client)
        finally:
            self._places.release()


def _ask(engine: Engine, job: Job, ticket: _Ticket, client: Client | None) -> Whole:
    try:
        answer = engine.ask(replace(job, query=ticket.sent), client=client)
    except QueryError as error:
        raise ticket.at_home(error) from None
    except QueryFailed as error:
        raise ticket.trouble or QueryFailed(ticket.named(str(error))) from None
    if ticket.trouble:
        answer.close()
        raise ticket.trouble
    return answer


class _Ticket:
    """What one query may ask of others, from its beginning to its end."""

    def __init__(self, gateway: _Gateway, query: str, routes: Sequence[Route]) -> None:
        self._gateway, self._query, self._routes = gateway, query, routes
        self._token = secrets.token_urlsafe(24)
        self._places = [
            f"http://127.0.0.1:{gateway.port}/{self._token}/{number}"
            for number in range(len(routes))
        ]
        self.sent = placed(query, [route.call for route in routes], self._places)
        self.trouble: DigigraphError | None = None
        self._lock, self._asked, self._read, self._until = threading.Lock(), 0, 0, 0.0
        self._ended = os.eventfd(0, os.EFD_CLOEXEC)
        weakref.finalize(self, os.close, self._ended)  # a call under way still waits for it

    def __enter__(self) -> _Ticket:
        self._gateway.tickets[self._token] = self
        return self

    def __exit__(self, *_: object) -> None:
        del self._gateway.tickets[self._token]
        os.eventfd_write(self._ended, 1)

    def named(self, message: str) -> str:
        """Return a message with the endpoints as the query names them."""
        for route, place in reversed(list(zip(self._routes, self._places, strict=True))):
            message = message.replace(place, route.call.iri)
        return message

    def at_home(self, error: QueryError) -> QueryError:
        """Return an error of what was sent, with its place in what was asked."""
        if error.line is None or error.column is None:
            return QueryError(self.named(str(error)))
        before = self.sent.split("\n")[: error.line - 1]
        place = sum(len(line) + 1 for line in before) + error.column - 1
        shift = 0
        for route, ours in zip(self._routes, self._places, strict=True):
            if place > route.call.start + shift:
                shift += len(ours) - len(route.call.iri)
        message = self.named(str(error)).partition(": ")[2]
        return error_at(self._query, place - shift, message)

    def fetch(self, number: int, query: bytes) -> IO[bytes]:
        """Return the answer of an endpoint in a file; who reads it closes it.

        Raises `DigigraphError`, having taken note of it for the end of the query.
        """
        route = self._routes[number]
        try:
            return self._fetch(route, query)
        except DigigraphError as error:
            hidden = route.call.silent and isinstance(error, QueryFailed)
            if self.trouble is None and not hidden:
                self.trouble = error
            raise

    def _fetch(self, route: Route, query: bytes) -> IO[bytes]:
        limits, limit = self._gateway.limits, self._gateway.limits.answer_bytes
        with self._lock:
            self._asked += 1
            self._until = self._until or time.monotonic() + limits.seconds
            if self._asked > MOST_CALLS:
                message = f"the query asks other endpoints over {MOST_CALLS} times"
                raise QueryForbidden(message, "calls", most=str(MOST_CALLS))
        told = Watch(limits.seconds, self._until, None, self._ended)
        try:
            found = outside.ask(route, query, told, limit - self._read, self._gateway.resolve)
        except ResultTooLarge:
            raise ResultTooLarge(limit) from None
        with self._lock:
            self._read += found.tell()
        return found


class _Gateway:
    """Listens for the calls of the queries under way, on a free port of the loopback."""

    def __init__(self, limits: Limits, resolve: outside.Resolve) -> None:
        self.limits, self.resolve = limits, resolve
        self.tickets: dict[str, _Ticket] = {}
        self._server: _Listener | None = _Listener(self.tickets)
        self.port = self._server.server_port
        self._thread = threading.Thread(
            target=self._server.serve_forever, name="gateway", daemon=True
        )
        self._thread.start()

    def close(self) -> None:
        """Listen no more; to close twice is to close once."""
        server, self._server = self._server, None
        if server:
            server.shutdown()
            server.server_close()
            self._thread.join()


class _Listener(ThreadingHTTPServer):
    """Takes the requests of our own query processes."""

    daemon_threads = True
    request_queue_size = 64

    def __init__(self, tickets: dict[str, _Ticket]) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.tickets = tickets

    def handle_error(self, *_: object) -> None:
        """Say nothing of a query process that ended in the middle of its request."""


class _Handler(BaseHTTPRequestHandler):
    """Hands the part of a query on that is for another endpoint."""

    timeout = 10

    def do_POST(self) -> None:
        """Answer as the endpoint does, or that there is no answer."""
        assert isinstance(self.server, _Listener)
        _, token, number = (*self.path.split("/"), "", "")[:3]
        ticket = self.server.tickets.get(token)
        length = self.headers.get("Content-Length", "")
        if ticket is None or not number.isdecimal() or not length.isdecimal():
            return self.send_error(404)
        if int(length) > _MOST_QUERY:
            return self.send_error(413)
        query = self.rfile.read(int(length))
        try:
            found = ticket.fetch(int(number), query)
        except (DigigraphError, IndexError):
            return self.send_error(502)
        with found, suppress(OSError):
            size = found.tell()
            found.seek(0)
            self.send_response(200)
            self.send_header("Content-Type", outside.RESULTS)
            self.send_header("Content-Length", str(size))
            self.end_headers()
            shutil.copyfileobj(found, self.wfile)
        return None

    def log_message(self, *_: object) -> None:
        """Say nothing: the server's own log has the query."""
