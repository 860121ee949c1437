"""Runs the site on granian: one listener, and a stop that lets requests finish.

Settings travel to the worker processes as a value; nothing reads the environment. SIGHUP makes
each of them look for a newer release at once, and ends none of them; SIGUSR1 tells them that the
server is about to stop.
"""

from __future__ import annotations

import errno
import logging
import os
import signal
import socket
import sys
import tempfile
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from functools import partial
from pathlib import Path

from digigraph.choice import engine_for
from digigraph.errors import DigigraphError, InputError
from digigraph.release import Release, newest_release
from digigraph.web.bridge import Bridge
from digigraph.web.lane import Lane
from digigraph.web.site import Settings


class AddressInUse(DigigraphError):
    """Another program listens at this address, or we may not."""

    exit_code = 1


def serve(settings: Settings, announce: Callable[[str], None] | None = None) -> None:
    """Serve the newest release until SIGINT or SIGTERM.

    Raises `AddressInUse` if the port is taken, `InputError` if there is no release, `UsageError`
    for an engine that is none.
    """
    from granian.constants import HTTPModes, Interfaces
    from granian.log import LogLevels
    from granian.server import Server

    class Granian(Server):  # type: ignore[misc,valid-type]  # a class that granian chooses
        def signal_handler_reload(self, *_: object) -> None:
            self.tell(signal.SIGHUP)

        def signal_handler_interrupt(self, *told: object) -> None:
            self.tell(signal.SIGUSR1)
            super().signal_handler_interrupt(*told)

        def tell(self, what: signal.Signals) -> None:
            for worker in self.wrks:
                with suppress(ProcessLookupError):
                    os.kill(worker.inner.pid, what)

    release = newest_release(settings.releases)
    if release is None:
        raise InputError(settings.releases, "no release here; make one with: digigraph build")
    # So that a wrong name is told here.
    engine_for(release, settings.limits, settings.engine, settings.service_allow).close()
    settings = replace(settings, port=free_port(settings.host, settings.port))
    server = Granian(
        "digigraph.web",
        address=settings.host,
        port=settings.port,
        interface=Interfaces.ASGI,
        http=HTTPModes.http1,  # what stands before us speaks it, and no test vouches for HTTP/2
        websockets=False,
        workers=settings.workers,
        log_level=LogLevels.error,
        workers_kill_timeout=settings.stop_seconds,
        respawn_failed_workers=True,
    )
    told = announce or partial(print, file=sys.stderr, flush=True)
    server.on_startup(
        lambda: told(f"digigraph {release.version} on {settings.service_url} (stop: Ctrl+C)")
    )
    with tempfile.TemporaryDirectory(prefix="digigraph-") as meeting:
        loader = partial(application, settings, release, Path(meeting))
        server.serve(target_loader=loader, wrap_loader=False)


def application(settings: Settings, release: Release, meeting: Path) -> Bridge:
    """Return the application, made in the worker process that will run it.

    `meeting` is a folder in which the processes of the service find each other.
    """
    from digigraph.web import create_app, metrics

    logging.basicConfig(stream=sys.stderr, format="%(levelname)s %(name)s: %(message)s")
    logging.getLogger("digigraph").setLevel(logging.INFO)
    app = create_app(settings, newest_release(settings.releases) or release)
    live = app.extensions["digigraph"]
    signal.signal(signal.SIGHUP, lambda *_: live.ask())
    signal.signal(signal.SIGUSR1, lambda *_: live.stop_soon())
    live.start()
    if settings.metrics:
        metrics.meet(app, meeting)
    return Bridge(
        app,
        threads=settings.threads,
        body_bytes=app.config["MAX_CONTENT_LENGTH"],
        body_seconds=settings.request_seconds,
        lane=Lane(live, app.extensions["digigraph.log"]),
        close=live.close,
    )


def free_port(host: str, port: int) -> int:
    """Return the port to listen on, having made sure that nobody else does.

    The server shares its port among its workers, so it would quietly share it with a stranger.
    """
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        with socket.socket(found[0], found[1]) as listener:
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            listener.bind(found[4])
            bound: int = listener.getsockname()[1]
            return bound
    except OSError as error:
        taken = error.errno == errno.EADDRINUSE
        why = "another program listens there" if taken else str(error)
        raise AddressInUse(
            f"cannot listen on {host}, port {port}: {why}; choose another with --port"
        ) from error
