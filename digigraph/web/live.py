"""What is served now, and the change to a newer release without a dropped request.

A request keeps the site that it began with. The engine of a newer release is started and has
answered before the change; the engine before it is closed when its last request is done.
"""

from __future__ import annotations

import logging
import os
import threading
import time
from pathlib import Path

from flask import Flask, g, has_app_context

from digigraph.cache import Answers
from digigraph.choice import engine_for
from digigraph.engine import Engine, Job
from digigraph.errors import DigigraphError, EngineUnavailable, Overloaded, ReleaseError, UsageError
from digigraph.release import MANIFEST, Release, open_release, releases, verify, version_key
from digigraph.spool import Room
from digigraph.store import formats_of
from digigraph.turns import Turns
from digigraph.web.site import Settings, Site

_READY_SECONDS = 120.0
"""Seconds after which an engine that has not answered is given up."""

_MAKING = 1
"""Documents that a process makes at a time; threads that share one lock hold each other up."""

_TO_ANSWER = 0.5
"""Seconds that are left to send the answers when the server stops, or a tenth if that is more."""

_log = logging.getLogger("digigraph.web")


class Kept(Answers):
    """Answers that are kept, and how often there was one."""

    def __init__(self, room: int) -> None:
        """Start empty, with room for so many bytes."""
        super().__init__(room)
        self.hits, self.misses = 0, 0

    def get(self, key: str | None) -> bytes | None:
        """Return an answer that is kept; the request remembers whether there was one."""
        found = super().get(key)
        if key is not None:
            self.counted(found=found is not None)
            if has_app_context():
                g.cached = found is not None
        return found

    def counted(self, *, found: bool) -> None:
        """Count a request whose answer was kept, or was not."""
        self.hits += found
        self.misses += not found


class Live:
    """The site that is served now."""

    def __init__(self, settings: Settings, release: Release) -> None:
        """Make the first site; raise `UsageError` where its base is not the one in the settings."""
        if settings.base and settings.base != release.base:
            raise UsageError(
                f"the release has the base URI {release.base}, not {settings.base}; "
                "build it again with the base you want"
            )
        self.settings, self.since = settings, time.time()
        self.answers, self.sending = Kept(settings.cache_bytes), Room(settings.sending_bytes)
        self.making = Turns(_MAKING, settings.threads, settings.waiting_seconds)
        self.site = self._site_of(release)
        self._refused: dict[str, tuple[int, ...]] = {}
        self._users = {id(self.site): 0}
        self._change = threading.Condition()
        self._asked, self._closed = threading.Event(), False
        self._thread: threading.Thread | None = None

    @property
    def pool(self) -> Engine:
        """Return the engine that answers now."""
        return self.site.pool

    def start(self) -> None:
        """Start the engine, and look for newer releases from now on."""
        self.pool.start()
        self._thread = threading.Thread(target=self._look_often, name="releases", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Look no more and end the engine."""
        self._closed = True
        self._asked.set()
        with self._change:
            self._change.notify_all()
        if self._thread:
            self._thread.join()
        self.pool.close()

    def stop_soon(self) -> None:
        """Let each question have its answer or its error before the server is stopped."""
        seconds = self.settings.stop_seconds
        self.pool.finish_by(time.monotonic() + seconds - max(_TO_ANSWER, seconds / 10))

    def ask(self) -> None:
        """Look for a newer release at once, in the thread that looks."""
        self._asked.set()

    def enter(self, again: Site | None = None) -> Site:
        """Return the site for a request, which says `leave` when it is done.

        `again` is a site that was entered before and not left yet.
        """
        with self._change:
            found = again or self.site
            self._users[id(found)] += 1
            return found

    def leave(self, used: Site) -> None:
        """Take note that a request is done with its site."""
        with self._change:
            self._users[id(used)] -= 1
            self._change.notify_all()

    def look(self) -> bool:
        """Serve the newest release that is fit, if it is newer; tell whether there was a change."""
        now = version_key(self.site.release.version)
        for folder in reversed(releases(self.settings.releases)):
            if version_key(folder.name) <= now:
                return False
            state = _state(folder)
            if self._refused.get(folder.name) == state:
                continue
            try:
                self._serve(self._fit(folder))
            except EngineUnavailable:
                continue  # it says so itself, and may hold the release at the next look
            except DigigraphError as error:
                self._refused[folder.name] = state
                _log.error("release %s is not served: %s", folder.name, error)
            else:
                return True
        return False

    def _look_often(self) -> None:
        while not self._closed:
            self._asked.wait(self.settings.reload_seconds or None)
            self._asked.clear()
            try:
                if not self._closed:
                    self.look()
            except Exception:
                _log.exception("the look for a newer release failed")

    def _fit(self, folder: Path) -> Site:
        """Return the site of a release that is whole, is of our base, and answers."""
        release = open_release(folder)
        if release.base != self.site.release.base:
            raise ReleaseError(folder, f"its base is {release.base}, not {self.site.release.base}")
        if wrong := verify(release):
            raise ReleaseError(folder, "; ".join(wrong))
        found = self._site_of(release)
        try:
            self._try(found.pool)
        except BaseException:
            found.pool.close()
            raise
        return found

    def _try(self, engine: Engine) -> None:
        """Wait until an engine has answered; raise what it says instead."""
        engine.start()
        until = time.monotonic() + _READY_SECONDS
        while True:
            try:
                return engine.ask(Job("ASK {}", "ASK", formats_of("ASK")[0])).close()
            except Overloaded:
                if self._closed or time.monotonic() > until:
                    raise
                time.sleep(0.05)

    def _serve(self, found: Site) -> None:
        """Serve a site from now on, and close the one before it when nobody uses it."""
        with self._change:
            before, self.site = self.site, found
            self._users[id(found)] = 0
            _log.info("release %s is served now", found.release.version)
            self._change.wait_for(lambda: self._closed or not self._users[id(before)])
            del self._users[id(before)]
        before.pool.close()

    def _site_of(self, release: Release) -> Site:
        told = self.settings
        engine = engine_for(release, told.limits, told.engine, told.service_allow)
        return Site(self.settings, release, engine, self.answers, self.sending, self.making)


def install(app: Flask, settings: Settings, release: Release) -> None:
    """Let the application serve a release, and newer ones once its `Live` is started."""
    live = app.extensions["digigraph"] = Live(settings, release)

    @app.teardown_appcontext
    def _leave(_: BaseException | None) -> None:
        if (used := g.pop("site", None)) is not None:
            live.leave(used)


def _state(folder: Path) -> tuple[int, ...]:
    """Return what changes when a release is repaired."""
    found = []
    for place in (folder, folder / MANIFEST):
        try:
            told = os.stat(place)  # noqa: PTH116 # one call for time and size
            found += [told.st_mtime_ns, told.st_size]
        except OSError:
            found.append(0)
    return tuple(found)
