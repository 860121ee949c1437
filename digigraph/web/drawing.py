"""Pictures that have an address of their own: SVG with words, without styles or scripts (X-21)."""

from __future__ import annotations

from flask import Response, render_template

from digigraph.web.site import language, revalidated, site


def drawn(template: str, view: object) -> Response:
    """Return a picture of its own in the client's language; a template gets one object, `view`."""
    lang = language()

    def say(bg: str, en: str) -> str:
        return bg if lang == "bg" else en

    body = render_template(template, view=view, site=site(), lang=lang, say=say).lstrip()
    response = Response(body, content_type="image/svg+xml; charset=utf-8")
    response.headers["Content-Language"] = lang
    response.vary.add("Accept-Language")
    return revalidated(response)
