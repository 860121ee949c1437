"""What a format holds that is no text of the document -> notes, so that none is lost in silence.

One table of such things with a sentence in both languages; the readers say which, and where.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from enum import Enum

from digigraph.intake.parts import Note, Place

_QUOTED = 80


class Unread(Enum):
    """A thing that is passed over; the value is the sentence in Bulgarian and in English."""

    TEXT_BOX = ("Текст в текстово поле не е прочетен", "Text in a text box was not read")
    PICTURE = ("Картина или рисунка не е прочетена", "A picture or drawing was not read")
    FORMULA = ("Формула не е прочетена", "A formula was not read")
    SYMBOL = ("Знак от шрифт със символи не е прочетен", "A sign of a symbol font was not read")
    FOOTNOTE = ("Бележка под линия не е прочетена", "A footnote was not read")
    EMBEDDED = ("Вграден обект или файл не е прочетен", "An embedded object or file was not read")
    VERSIONS = (
        "Текст, даден в няколко варианта за различни програми, не е прочетен",
        "Text that is given in versions for different programs was not read",
    )
    NUMBER = (
        "Автоматичен номер не е прочетен; ако е част от текста, напишете го с букви и цифри",
        "An automatic number was not read; type it where it is a part of the text",
    )
    FORM_FIELD = (
        "Стойност в поле на формуляр не е прочетена",
        "What a form field holds was not read",
    )


Passed = Iterable[tuple[Unread, str]]
"""Things that were passed over, each with its text if it has any."""


def notes(passed: Passed, place: Place) -> Iterator[Note]:
    """Yield a note on each thing that was passed over at a place, once for the same thing."""
    for thing, text in dict.fromkeys(passed):
        bg, en = thing.value
        shown = " ".join(text.split())[:_QUOTED]
        yield Note(
            f"{bg}: „{shown}“." if shown else f"{bg}.",
            f"{en}: “{shown}”." if shown else f"{en}.",
            place,
        )
