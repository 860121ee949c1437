"""What every handler needs: the settings, the release, the client's language, an answer.

Nothing of it depends on the Host header (U-02).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from flask import Response, current_app, render_template, request
from werkzeug.wsgi import ClosingIterator

from digigraph.cache import Answers
from digigraph.formats import HTML, Choice, Format, negotiate
from digigraph.pool import Limits, Pool, Whole
from digigraph.release import Release

LANGUAGES = ("bg", "en")


@dataclass(frozen=True, slots=True)
class Settings:
    """How a release is served: each field is an option of `digigraph serve`."""

    host: str = field(default="127.0.0.1", metadata={"help": "Address to listen on."})
    port: int = field(default=8000, metadata={"help": "Port to listen on; 0 takes a free one."})
    releases: Path = field(
        default=Path("releases"), metadata={"help": "Folder of releases; the newest is served."}
    )
    base: str = field(
        default="",
        metadata={"help": "Base URI that the release must have; empty takes whatever it has."},
    )
    service: str = field(
        default="",
        metadata={"help": "URL that clients reach this service at; empty is host and port."},
    )
    workers: int = field(default=1, metadata={"help": "Processes that answer requests."})
    threads: int = field(default=128, metadata={"help": "Requests a process answers at a time."})
    max_query_bytes: int = field(
        default=1_000_000, metadata={"help": "Longest query that is read, in bytes of UTF-8."}
    )
    children: int = field(
        default=2, metadata={"help": "Queries that a process runs at a time, each in a child."}
    )
    query_seconds: float = field(
        default=20.0, metadata={"help": "Seconds a query may take; then it is stopped."}
    )
    query_memory_mb: int = field(
        default=1024, metadata={"help": "Memory a query may take, in MiB; then it is stopped."}
    )
    max_answer_bytes: int = field(
        default=50_000_000,
        metadata={"help": "Longest answer that is sent, in bytes; a longer one is an error."},
    )
    max_waiting: int = field(
        default=100, metadata={"help": "Queries that may wait for a child; more are turned away."}
    )
    waiting_seconds: float = field(
        default=10.0, metadata={"help": "Seconds a query waits before it is turned away."}
    )
    cache_bytes: int = field(
        default=64_000_000,
        metadata={"help": "Memory for answers that were given, in bytes; 0 keeps none."},
    )
    stop_seconds: int = field(
        default=10, metadata={"help": "How long a stop waits for requests under way."}
    )

    @property
    def limits(self) -> Limits:
        """Return what a query may take."""
        return Limits(
            seconds=self.query_seconds,
            memory_mb=self.query_memory_mb,
            answer_bytes=self.max_answer_bytes,
            children=self.children,
            waiting=self.max_waiting,
            waiting_seconds=self.waiting_seconds,
        )

    @property
    def service_url(self) -> str:
        """Return the URL of the service, ending with a slash."""
        if self.service:
            return self.service.rstrip("/") + "/"
        host = "localhost" if self.host in ("0.0.0.0", "::") else self.host
        return f"http://[{host}]:{self.port}/" if ":" in host else f"http://{host}:{self.port}/"


@dataclass(frozen=True, slots=True)
class Site:
    """The release that is served, and how."""

    settings: Settings
    release: Release
    pool: Pool
    answers: Answers

    @property
    def service(self) -> str:
        """Return the URL of the service, ending with a slash."""
        return self.settings.service_url


def site() -> Site:
    """Return the site of the current application."""
    found = current_app.extensions["digigraph"]
    assert isinstance(found, Site)
    return found


def language() -> str:
    """Return the client's language: `?lang=`, else Accept-Language, else English."""
    asked = request.args.get("lang", "")
    if asked in LANGUAGES:
        return asked
    return request.accept_languages.best_match(LANGUAGES, default="en")


def choose(offered: Sequence[Format]) -> Choice | None:
    """Return the format of `offered` that the current request asks for, if any (H-04)."""
    asked = request.args.get("_mediatype") or request.args.get("format")
    if asked is None and request.mimetype == "application/x-www-form-urlencoded":
        asked = request.form.get("format")
    accept = request.headers.get("Accept")
    return negotiate(offered, requested=asked, accept=accept)


def page(template: str, view: object, status: int = 200) -> Response:
    """Return a page in the client's language; a template gets one object, `view`."""
    lang = language()

    def say(bg: str, en: str) -> str:
        return bg if lang == "bg" else en

    body = render_template(template, view=view, site=site(), lang=lang, say=say)
    response = Response(body, status, content_type=HTML.content_type)
    response.headers["Content-Language"] = lang
    response.vary.update(("Accept", "Accept-Language"))
    return response


def send(body: bytes, told: Format | Choice) -> Response:
    """Return bytes in a format, with a strong ETag and 304 where the client has them (H-11)."""
    chosen = told if isinstance(told, Choice) else Choice(told)
    content_type = chosen.format.content_type
    response = Response(body, content_type=content_type)
    response.vary.add("Accept")
    return revalidated(response)


def revalidated(response: Response) -> Response:
    """Return the response with its ETag, as 304 where nothing changed for the client."""
    if request.method in ("GET", "HEAD"):
        response.add_etag()
        response.headers.setdefault("Cache-Control", "no-cache")
        response.make_conditional(request)
    return response


def client_has(key: str | None) -> bool:
    """Tell whether the client says that it has the answer of this key already."""
    told = request.if_none_match
    reads = request.method in ("GET", "HEAD")
    return reads and key is not None and not told.star_tag and told.contains_weak(key)


def tagged(response: Response, key: str | None) -> Response:
    """Return the response with its key as strong ETag, as 304 where the client has it (H-11)."""
    response.vary.add("Accept")
    if key is None:
        response.headers["Cache-Control"] = "no-store"
    elif request.method in ("GET", "HEAD"):
        response.set_etag(key)
        response.headers.setdefault("Cache-Control", "no-cache")
        response.make_conditional(request)
    return response


def streamed(answer: Whole, told: Format) -> Response:
    """Return a large answer, read from its file piece by piece as the client takes it."""
    pieces = ClosingIterator(answer, answer.close)
    response = Response(pieces, content_type=told.content_type, direct_passthrough=True)
    response.content_length = answer.size
    return response


Handler = Callable[..., Response]
