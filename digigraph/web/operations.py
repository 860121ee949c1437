"""How the service is, for those who run it: alive, ready, its state, its numbers (H-18)."""

from __future__ import annotations

import json
import platform
import time
from functools import cache
from importlib.metadata import version

from flask import Blueprint, Response, abort, current_app, request

from digigraph import __version__
from digigraph.formats import JSON
from digigraph.web.live import Live
from digigraph.web.marks import REFUSED
from digigraph.web.problems import Refused
from digigraph.web.reasons import TROUBLES
from digigraph.web.site import site

bp = Blueprint("operations", __name__)

_LIBRARIES = ("pyoxigraph", "flask", "werkzeug", "granian")


@bp.after_request
def _never_kept(response: Response) -> Response:
    """Let nobody keep what is true only now."""
    response.headers["Cache-Control"] = "no-store"
    return response


@bp.get("/healthz")
def alive() -> Response:
    """Answer, which says that the process lives."""
    return Response("ok\n", content_type="text/plain; charset=utf-8")


@bp.get("/readyz")
def ready() -> Response:
    """Say that queries are answered here, or that they are not yet."""
    if why := site().pool.counts().trouble:
        raise Refused("not-ready", TROUBLES[why], reason=why)
    if not is_ready():
        words = {
            "bg": "Още няма готов процес за заявки.",
            "en": "There is no process ready for queries yet.",
        }
        raise Refused("not-ready", words)
    return Response("ready\n", content_type="text/plain; charset=utf-8")


@bp.get("/status")
def status() -> Response:
    """Tell what is served, by what, and how it is doing; the numbers are of one process."""
    told, live = site(), _live()
    counts, release, kept = told.pool.counts(), told.release, live.answers
    state = {
        "ready": is_ready(),
        "release": {
            "version": release.version,
            "issued": release.issued.isoformat(),
            "digest": release.dataset_digest,
            "base": release.base,
            "triples": release.triples,
            "quads": release.quads,
            "software": release.software,
        },
        "service": told.service,
        "software": {"digigraph": __version__, **_versions()},
        "uptime_seconds": round(time.time() - live.since, 1),
        "children": {
            "ready": counts.ready,
            "starting": counts.starting,
            "at_work": counts.at_work,
            "started": counts.started,
        },
        "trouble": counts.trouble,
        "waiting": counts.waiting,
        "waited_seconds": round(counts.waited, 3),
        "answers": counts.answers,
        "unanswered": dict(counts.unanswered),
        "cache": {
            "bytes": kept.size,
            "room": kept.room,
            "hits": kept.hits,
            "misses": kept.misses,
        },
    }
    body = json.dumps(state, ensure_ascii=False, indent=2) + "\n"
    return Response(body, content_type=JSON.content_type)


@bp.get("/metrics")
def metrics() -> Response:
    """Tell Prometheus the numbers of all processes, where the settings allow it."""
    meters = current_app.extensions.get("digigraph.metrics")
    if meters is None:
        abort(404)
    from digigraph.web.metrics import CONTENT_TYPE

    return Response(meters.all_text(), content_type=CONTENT_TYPE)


def refuse() -> None:
    """Refuse a request whose body was not read, for the reason that the server had."""
    slug = request.environ.get(REFUSED)
    if slug == "overloaded":
        words = {
            "bg": "Пристигат твърде много дълги заявки.",
            "en": "Too many long requests are arriving.",
        }
        raise Refused(slug, words)
    if slug == "bad-request":
        words = {
            "bg": "Тялото на заявката прекъсва или е развалено.",
            "en": "The body of the request breaks off or is broken.",
        }
        raise Refused(slug, words)
    if slug:
        seconds = site().settings.request_seconds
        words = {
            "bg": f"Времето за пристигане е {seconds:g} s.",
            "en": f"It may take {seconds:g} s to arrive.",
        }
        raise Refused(slug, words)


def is_ready() -> bool:
    """Tell whether a query would be answered."""
    counts = site().pool.counts()
    return not counts.trouble and counts.ready + counts.at_work > 0


def _live() -> Live:
    found = current_app.extensions["digigraph"]
    assert isinstance(found, Live)
    return found


@cache
def _versions() -> dict[str, str]:
    """Return the versions of Python and of the libraries that answer."""
    return {"python": platform.python_version(), **{name: version(name) for name in _LIBRARIES}}
