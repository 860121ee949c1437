"""Runs the site on granian: one listener, and a stop that lets requests finish.

Settings travel to the worker processes as a value; nothing reads the environment.
"""

from __future__ import annotations

import errno
import logging
import socket
import sys
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from digigraph.errors import DigigraphError, InputError
from digigraph.release import Release, newest_release
from digigraph.web.site import Settings

if TYPE_CHECKING:
    from flask import Flask


class AddressInUse(DigigraphError):
    """Another program listens at this address, or we may not."""

    exit_code = 1


def serve(settings: Settings, announce: Callable[[str], None] | None = None) -> None:
    """Serve the newest release until SIGINT or SIGTERM.

    Raises `AddressInUse` if the port is taken, `InputError` if there is no release.
    """
    from granian.constants import Interfaces
    from granian.log import LogLevels
    from granian.server import Server

    release = newest_release(settings.releases)
    if release is None:
        raise InputError(settings.releases, "no release here; make one with: digigraph build")
    settings = replace(settings, port=free_port(settings.host, settings.port))
    server = Server(
        "digigraph.web",
        address=settings.host,
        port=settings.port,
        interface=Interfaces.WSGI,
        workers=settings.workers,
        blocking_threads=settings.threads,
        # It warns of more threads than processors; ours wait for children most of the time.
        log_level=LogLevels.error,
        workers_kill_timeout=settings.stop_seconds,
        respawn_failed_workers=True,
    )
    told = announce or partial(print, file=sys.stderr, flush=True)
    server.on_startup(
        lambda: told(f"digigraph {release.version} on {settings.service_url} (stop: Ctrl+C)")
    )
    server.serve(target_loader=partial(application, settings, release), wrap_loader=False)


def application(settings: Settings, release: Release) -> Flask:
    """Return the application, made in the worker process that will run it."""
    from digigraph.web import create_app

    logging.getLogger("digigraph").setLevel(logging.INFO)
    app = create_app(settings, release)
    app.extensions["digigraph"].pool.start()
    return app


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
