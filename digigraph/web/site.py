"""What every handler needs: the settings, the release, the client's language, an answer.

Nothing of it depends on the Host header (U-02).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import chain
from operator import itemgetter
from pathlib import Path
from urllib.parse import urlencode, urlsplit

from flask import Response, abort, current_app, g, render_template, request
from werkzeug.datastructures import LanguageAccept
from werkzeug.wsgi import ClosingIterator

from digigraph.cache import Answers
from digigraph.engine import Engine, Job, Limits, Whole
from digigraph.formats import HTML, Choice, Format, negotiate
from digigraph.release import Release
from digigraph.spool import Room
from digigraph.turns import Turns
from digigraph.web.marks import HELD, KEEP, Mark

LANGUAGES = ("bg", "en")
_SHORT = 400
"""The longest header whose choice is remembered; browsers send less than half of it."""


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
    engine: str = field(
        default="auto",
        metadata={
            "help": "What answers: memory, disk, auto (memory for a small release), "
            "or the URL of an engine."
        },
    )
    service_allow: str = field(
        default="",
        metadata={"help": "Endpoints that SERVICE may ask, as IRI prefixes; empty is none."},
    )
    children: int = field(
        default=2,
        metadata={"help": "Queries that a process runs for long at a time; two more run briefly."},
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
    max_rows: int = field(
        default=1_000_000,
        metadata={"help": "Most rows or triples of an answer; one of more is an error."},
    )
    max_waiting: int = field(
        default=100, metadata={"help": "Queries that may wait for a child; more are turned away."}
    )
    waiting_seconds: float = field(
        default=10.0, metadata={"help": "Seconds a query or document waits before it is refused."}
    )
    sending_bytes: int = field(
        default=2_000_000_000,
        metadata={
            "help": "Disk for large answers while clients take them, in bytes; a further one is "
            "an error."
        },
    )
    cache_bytes: int = field(
        default=64_000_000,
        metadata={"help": "Memory for answers that were given, in bytes; 0 keeps none."},
    )
    stop_seconds: int = field(
        default=10, metadata={"help": "How long a stop waits for requests under way."}
    )
    request_seconds: float = field(
        default=30.0, metadata={"help": "Seconds that the body of a request may take to arrive."}
    )
    reload_seconds: float = field(
        default=2.0,
        metadata={"help": "Seconds between two looks for a newer release; 0 waits for SIGHUP."},
    )
    access_log: str = field(
        default="-",
        metadata={"help": "File for a line per request; - is standard error, empty is none."},
    )
    log_queries: bool = field(
        default=False, metadata={"help": "Whether the log tells the text of queries."}
    )
    metrics: bool = field(
        default=False, metadata={"help": "Whether /metrics tells Prometheus how the service is."}
    )

    contact: str = field(
        default="",
        metadata={"help": "Where to write about the service: mailto: or https:; empty is none."},
    )

    @property
    def limits(self) -> Limits:
        """Return what a query may take."""
        return Limits(
            seconds=self.query_seconds,
            memory_mb=self.query_memory_mb,
            answer_bytes=self.max_answer_bytes,
            rows=self.max_rows,
            children=self.children,
            waiting=self.max_waiting,
            waiting_seconds=self.waiting_seconds,
            query_bytes=self.max_query_bytes,
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
    pool: Engine
    answers: Answers
    sending: Room
    making: Turns
    """Whose turn it is to make a document."""

    @property
    def service(self) -> str:
        """Return the URL of the service, ending with a slash."""
        return self.settings.service_url

    @property
    def root(self) -> str:
        """Return the path that the service is reached under: "/", or a prefix as "/kg/"."""
        return urlsplit(self.settings.service_url).path


def site() -> Site:
    """Return the site of the current request, the same from its beginning to its end."""
    if "site" not in g:
        held = request.environ.get(HELD)
        g.site = current_app.extensions["digigraph"].enter(held.site if held else None)
    found = g.site
    assert isinstance(found, Site)
    return found


def language() -> str:
    """Return the client's language: a suffix's, `?lang=`, else Accept-Language, else English."""
    if "language" in g:
        return str(g.language)
    asked = request.args.get("lang", "")
    if asked in LANGUAGES:
        return asked
    return preferred(request.accept_languages)


def preferred(accepted: LanguageAccept) -> str:
    """Return our language that a client likes best; English where it likes none, or any.

    The first part of a tag decides, as in "bg-BG"; of equals the first is taken
    (RFC 9110, 12.5.4; RFC 4647, 3.4).
    """
    told = [(tag.partition("-")[0].lower(), quality) for tag, quality in accepted]
    liked = [(lang, quality) for lang, quality in told if lang in LANGUAGES and quality > 0]
    refused = {lang for lang, quality in told if quality == 0}
    if liked:
        return max(liked, key=itemgetter(1))[0]
    return "bg" if "en" in refused and "bg" not in refused else "en"


def may_be_kept(key: str, job: Job | None = None) -> None:
    """Say that the reply to this request may be given to the same request again, as `Mark` has it.

    To be said of what the release, the settings and the request alone decide.
    """
    release, endpoint = site().release.dataset_digest, request.endpoint or "none"
    request.environ[KEEP] = Mark(release, endpoint, key, g.get("query"), job)


def choose(offered: Sequence[Format], suffix: str = "") -> Choice | None:
    """Return the format of `offered` that the current request asks for, if any (H-04)."""
    asked = request.args.get("_mediatype") or request.args.get("format")
    if asked is None and request.mimetype == "application/x-www-form-urlencoded":
        asked = request.form.get("format")
    accept = request.headers.get("Accept")
    chooses = _negotiate if len(accept or "") + len(asked or "") < _SHORT else negotiate
    return chooses(tuple(offered), suffix=suffix or None, requested=asked, accept=accept)


_negotiate = lru_cache(maxsize=512)(negotiate)


def page(template: str, view: object, status: int = 200) -> Response:
    """Return a page in the client's language; a template gets one object, `view`."""
    lang = language()

    def say(bg: str, en: str) -> str:
        return bg if lang == "bg" else en

    body = render_template(
        template, view=view, site=site(), lang=lang, say=say, switch=_switch(lang)
    )
    response = Response(body, status, content_type=HTML.content_type)
    response.headers["Content-Language"] = lang
    response.vary.update(("Accept", "Accept-Language"))
    return response


def _switch(lang: str) -> str:
    """Return the query of this page in the other language; none where it was not read by GET."""
    if request.method not in ("GET", "HEAD"):
        return ""
    kept = [pair for pair in request.args.items(multi=True) if pair[0] != "lang"]
    return f"?{urlencode([*kept, ('lang', 'en' if lang == 'bg' else 'bg')])}"


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
        return matched(response)
    return response


def matched(response: Response) -> Response:
    """Return a response, or 412 where the client wants only another version (H-14)."""
    if response.status_code == 412:
        response.close()
        abort(412)
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
        return response
    may_be_kept(key)
    if request.method in ("GET", "HEAD"):
        response.set_etag(key)
        response.headers.setdefault("Cache-Control", "no-cache")
        response.make_conditional(request)
        return matched(response)
    return response


def streamed(answer: Whole, told: Format, first: bytes = b"") -> Response:
    """Return a large answer, read from its file piece by piece as the client takes it.

    Raises `NoRoom` while too many such answers wait for their clients.
    """
    with ExitStack() as held:
        held.callback(answer.close)
        site().sending.take(answer.size)
        held.callback(site().sending.give_back, answer.size)
        sent = held.pop_all()
    pieces = ClosingIterator(chain((first,) if first else (), answer), sent.close)
    response = Response(pieces, content_type=told.content_type, direct_passthrough=True)
    response.content_length = len(first) + answer.size
    return response


Handler = Callable[..., Response]
