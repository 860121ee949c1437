"""Numbers, sizes and dates as the reader writes them; templates say `|number`, `|day` and so on.

The language is that of the page. In Bulgarian a comma stands before decimals, and a narrow space
between thousands.
"""

from __future__ import annotations

from datetime import date

from flask import Flask

from digigraph.web.site import language

MONTHS = {
    "bg": (
        "януари", "февруари", "март", "април", "май", "юни", "юли", "август", "септември",
        "октомври", "ноември", "декември",
    ),
    "en": (
        "January", "February", "March", "April", "May", "June", "July", "August", "September",
        "October", "November", "December",
    ),
}  # fmt: skip
_UNITS = ((1_000_000, "MB"), (1000, "kB"))


def number(value: int, lang: str) -> str:
    """Return a whole number.

    >>> number(1234567, "en")
    '1,234,567'
    >>> number(1234567, "bg").split("\\u202f")
    ['1', '234', '567']
    """
    return f"{value:,}".replace(",", "\N{NARROW NO-BREAK SPACE}" if lang == "bg" else ",")


def decimal(value: float | str, lang: str, places: int = 2) -> str:
    """Return a number with decimals.

    >>> decimal(0.2381, "bg"), decimal("0.95", "en"), decimal(1.25, "bg", 1)
    ('0,24', '0.95', '1,2')
    """
    return f"{float(value):.{places}f}".replace(".", "," if lang == "bg" else ".")


def size(many: int, lang: str) -> str:
    """Return how many bytes something has.

    >>> size(999, "bg"), size(49026, "bg"), size(2100000, "en")
    ('999 B', '49,0 kB', '2.1 MB')
    """
    for unit, name in _UNITS:
        if many >= unit:
            return f"{decimal(many / unit, lang, 1)} {name}"
    return f"{many} B"


def day(value: date | str, lang: str) -> str:
    """Return a date in words; a text that is no date stays as it is.

    >>> day("2026-11-23", "bg"), day(date(2026, 11, 23), "en"), day("2026", "en")
    ('23 ноември 2026 г.', '23 November 2026', '2026')
    """
    try:
        told = date.fromisoformat(value) if isinstance(value, str) else value
    except ValueError:
        return str(value)
    end = " г." if lang == "bg" else ""
    return f"{told.day} {MONTHS[lang][told.month - 1]} {told.year}{end}"


def install(app: Flask) -> None:
    """Let templates write figures in the language of the page."""
    app.add_template_filter(lambda value: number(value, language()), "number")
    app.add_template_filter(lambda value: decimal(value, language()), "decimal")
    app.add_template_filter(lambda value: size(value, language()), "size")
    app.add_template_filter(lambda value: day(value, language()), "day")
