"""What can be wrong with a document, in words that tell an editor what to do.

One table from kind to severity and to the two sentences; the reader only says kind and place.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from digigraph.records import Problem, Severity, Span

LIMIT = 200
"""Problems kept in full of one document; more are counted."""

_E, _W, _I = Severity.ERROR, Severity.WARNING, Severity.INFO

KINDS: dict[str, tuple[Severity, str, str]] = {
    # errors: the document is refused
    "MissingSection": (
        _E,
        "Липсва раздел „{field}“; добавете го със заглавието му.",
        "Section “{field}” is missing; add it with its heading.",
    ),
    "RepeatedSection": (
        _E,
        "Раздел „{field}“ се среща повторно; всеки раздел стои веднъж.",
        "Section “{field}” occurs again; each section stands once.",
    ),
    "MissingField": (
        _E,
        "Полето „{field}“ липсва или е празно ({found}); попълнете го.",
        "Field “{field}” is missing or empty ({found}); fill it in.",
    ),
    "RepeatedField": (
        _E,
        "Полето „{field}“ се среща повторно за {found}; обединете двете.",
        "Field “{field}” occurs again for {found}; join the two.",
    ),
    "UnknownField": (
        _E,
        "„{found}“ не е поле от този раздел; очаква се едно от: {expected}.",
        "“{found}” is not a field of this section; expected one of: {expected}.",
    ),
    "UnknownCompetence": (
        _E,
        "„{found}“ не назовава компетентност от DigComp 2.1; очаква се {expected}.",
        "“{found}” does not name a competence of DigComp 2.1; expected {expected}.",
    ),
    "UnknownArea": (
        _E,
        "„{found}“ не назовава област от DigComp 2.1; очаква се {expected}.",
        "“{found}” does not name an area of DigComp 2.1; expected {expected}.",
    ),
    "NameCodeMismatch": (
        _E,
        "Кодът и името не съвпадат: „{found}“; очаква се {expected}. Поправете единия.",
        "Code and name disagree: “{found}”; expected {expected}. Correct one of them.",
    ),
    "LevelOutOfRange": (
        _E,
        "„{found}“ не е ниво от 1 до 8; очаква се например {expected}.",
        "“{found}” is not a level from 1 to 8; expected for example {expected}.",
    ),
    "BandLevelMismatch": (
        _E,
        "Степента и подниво не съвпадат: „{found}“; очаква се {expected}.",
        "Band and level disagree: “{found}”; expected {expected}.",
    ),
    "LevelRepeated": (
        _E,
        "Подниво {found} е описано повече от веднъж; очаква се {expected}.",
        "Level {found} is described more than once; expected {expected}.",
    ),
    "CodeInvalid": (
        _E,
        "„{found}“ не съдържа валиден код; очаква се {expected}.",
        "“{found}” holds no valid code; expected {expected}.",
    ),
    "OpenList": (
        _E,
        "Документът свършва в незатворен списък ({found}); вероятно е отрязан. "
        "Вземете целия документ.",
        "The document ends inside an open list ({found}); it is probably cut off. "
        "Get the whole document.",
    ),
    "NotAccountedFor": (
        _E,
        "Този текст не беше разчетен никъде: „{found}“; преместете го в поле на образеца.",
        "This text was read nowhere: “{found}”; move it into a field of the template.",
    ),
    "CompetenceRepeated": (
        _E,
        "Компетентността „{found}“ се среща повече от веднъж в {expected}.",
        "Competence “{found}” occurs more than once in {expected}.",
    ),
    "NotAProfile": (
        _E,
        "Това не е профил по образеца: не беше намерен нито един от разделите му.",
        "This is not a profile of the template: none of its sections was found.",
    ),
    "TextOutsideTables": (
        _E,
        "„{found}“ стои извън таблиците, а попада в тяхно поле; очаква се {expected}.",
        "“{found}” stands outside the tables but goes into their field; expected {expected}.",
    ),
    # errors of a profile that is written as YAML
    "NotYaml": (
        _E,
        "Файлът не е правилен YAML: {found}; очаква се {expected}.",
        "The file is not well-formed YAML: {found}; expected {expected}.",
    ),
    "NotAllowed": (
        _E,
        "„{found}“ не се допуска в профил; очаква се {expected}.",
        "“{found}” is not allowed in a profile; expected {expected}.",
    ),
    "QuotesNeeded": (
        _E,
        "Без кавички „{found}“ се чете като число, дата или да/не, а не като текст; "
        "напишете {expected}.",
        "Without quotation marks “{found}” is read as a number, a date or a truth value and not "
        "as a text; write {expected}.",
    ),
    "WrongShape": (
        _E,
        "В полето „{field}“ има {found}; очаква се {expected}.",
        "Field “{field}” holds {found}; expected {expected}.",
    ),
    "EvidenceMismatch": (
        _E,
        "Текстът не стои в цитата, който го доказва: „{found}“; цитирано е: „{expected}“.",
        "The text does not stand in the words that are its evidence: “{found}”; "
        "cited is: “{expected}”.",
    ),
    # findings: the document is published, and they with it
    "Contradiction": (
        _W,
        "Изискваното ниво се различава: {found}. Публикувани са и двете; "
        "в сила е подробният раздел.",
        "The required level differs: {found}. Both are published; the detailed section prevails.",
    ),
    "SingleSource": (
        _W,
        "Нивото за „{found}“ е посочено само на едно място; липсва в: {expected}.",
        "The level of “{found}” is stated in one place only; it is missing in: {expected}.",
    ),
    "MergedBullets": (
        _W,
        "Две твърдения изглеждат слети в една точка и са публикувани като едно: „{found}“.",
        "Two statements seem to be run together in one item and are published as one: “{found}”.",
    ),
    "MergedBulletsSplit": (
        _W,
        "Твърдението беше слято с предишното в една точка и е публикувано отделно: „{found}“.",
        "The statement was run together with the one before it in one item and is published "
        "on its own: “{found}”.",
    ),
    "ForeignLetter": (
        _W,
        "Думата „{found}“ съдържа букви от друга азбука.",
        "The word “{found}” holds letters of another alphabet.",
    ),
    "VariantHeading": (
        _W,
        "Името на полето е изписано различно: „{found}“ вместо „{expected}“.",
        "The name of the field is written differently: “{found}” instead of “{expected}”.",
    ),
    "TitleWithoutCode": (
        _W,
        "Наименованието „{found}“ няма код по НКПД-2011.",
        "The title “{found}” has no NKPD-2011 code.",
    ),
    "VariantName": (
        _W,
        "„{found}“ се различава от наименованието в класификацията: „{expected}“.",
        "“{found}” differs from the name in the classification: “{expected}”.",
    ),
    "DuplicateText": (
        _W,
        "Твърдението се повтаря: {found}.",
        "The statement is repeated: {found}.",
    ),
    "SimilarOutsideProfile": (
        _W,
        "Сходната компетентност {found} не е сред общите компетентности на профила.",
        "The similar competence {found} is not among the profile's general competences.",
    ),
    "SectorAsDivision": (
        _W,
        "Икономическата дейност е посочена като {expected}: {found}; класът не е известен.",
        "The economic activity is given as a {expected}: {found}; the class is not known.",
    ),
    "UncertainBoundary": (
        _W,
        "Не е сигурно къде свършва едно твърдение и започва следващото, при „{found}“.",
        "It is not certain where one statement ends and the next begins, at “{found}”.",
    ),
    "MalformedMarkup": (
        _W,
        "Незатворен елемент {found} в полето.",
        "Element {found} of the field is never closed.",
    ),
    "UnparsedText": (
        _W,
        "Текстът „{found}“ стои извън полетата на образеца и не е публикуван.",
        "The text “{found}” stands outside the fields of the template and is not published.",
    ),
    "UnverifiedCode": (
        _W,
        "Кодът {found} е изписан правилно, но не е в списъка, с който се сверява: {expected}.",
        "The code {found} is well formed but not in the list that it is checked against: "
        "{expected}.",
    ),
    "MissingCode": (
        _W,
        "„{found}“ е без код; името е на {expected}.",
        "“{found}” has no code; the name is that of {expected}.",
    ),
    "MissingLeadIn": (
        _W,
        "Подниво {found} няма встъпителен текст като „… може да:“.",
        "Level {found} has no lead-in such as “… може да:”.",
    ),
    "SplitAcrossPages": (
        _I,
        "Твърдението е разделено от нова страница и е публикувано цяло.",
        "The statement is cut by a page break and is published whole.",
    ),
}
"""Kind -> severity and the sentence in Bulgarian and in English."""


_EXPECTED = {
    "RepeatedSection": "1 ×",
    "RepeatedField": "1 ×",
    "OpenList": "</ul>",
    "NotAccountedFor": "поле от образеца / a field of the template",
    "UnparsedText": "поле от образеца / a field of the template",
    "NotAProfile": "I. – IV.",
}
"""What an error expects where the reader does not say; otherwise it is the field itself."""

FINDING_CLASS = {
    "MergedBulletsSplit": "MergedBullets",
    "SingleSource": "MissingField",
    "MissingCode": "MissingField",
    "MissingLeadIn": "MissingField",
}
"""The class of findings in the ontology, where it is not named like the kind."""


def problem(
    kind: str, line: int, name: str, found: str, expected: str = "", *,
    spans: tuple[Span, ...] = (), about: str = "",
) -> Problem:  # fmt: skip
    """Return one problem in its words; `name` is the field that it is in."""
    severity, bg, en = KINDS[kind]
    facts = {"found": found, "expected": expected, "field": name}
    return Problem(
        kind, severity, line, name, found, expected,
        bg.format(**facts), en.format(**facts), spans, about,
    )  # fmt: skip


@dataclass
class Problems:
    """Collects the problems of one document, the first `LIMIT` of each severity in full."""

    kept: list[Problem] = field(default_factory=list)
    counts: dict[Severity, int] = field(default_factory=dict)

    def add(
        self,
        kind: str,
        line: int,
        name: str,
        found: str,
        expected: str = "",
        *,
        spans: tuple[Span, ...] = (),
        about: str = "",
        grave: bool = False,
    ) -> None:
        """Report one problem; `name` is the field it is in, `grave` makes it an error."""
        severity = Severity.ERROR if grave else KINDS[kind][0]
        self.counts[severity] = self.counts.get(severity, 0) + 1
        if self.counts[severity] > LIMIT:
            return
        if severity is Severity.ERROR:
            found = found or "–"
            expected = expected or _EXPECTED.get(kind, "{field}").format(field=name, found=found)
        told = problem(kind, line, name, found, expected, spans=spans, about=about)
        self.kept.append(replace(told, severity=severity))

    def has_errors(self) -> bool:
        """Whether any error was reported."""
        return bool(self.counts.get(Severity.ERROR))

    def has_error(self, line: int) -> bool:
        """Whether an error was reported at a line."""
        return any(p.line == line and p.severity is Severity.ERROR for p in self.kept)

    def sorted(self) -> tuple[Problem, ...]:
        """Return the problems by line, errors first on a line, each once."""
        order = {Severity.ERROR: 0, Severity.WARNING: 1, Severity.INFO: 2}
        return tuple(
            sorted(
                set(self.kept),
                key=lambda p: (
                    p.line,
                    order[p.severity],
                    p.kind,
                    p.found,
                    p.about,
                    p.field,
                    p.expected,
                ),
            )
        )
