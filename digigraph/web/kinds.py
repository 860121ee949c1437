"""Every kind of problem that the service has: its status, its name, and what to do about it.

Two languages of plain words and nothing else, so that who edits them breaks no code (H-14).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

Words = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of problem: its status, its title and what to do, in both languages."""

    status: int
    title: Words
    advice: Words


def _kind(status: int, bg: str, en: str, advice_bg: str, advice_en: str) -> Kind:
    return Kind(status, {"bg": bg, "en": en}, {"bg": advice_bg, "en": advice_en})


KINDS: dict[str, Kind] = {
    "bad-request": _kind(
        400, "Неразбираема заявка", "Bad request",
        "Поправете адреса или параметрите и опитайте отново.",
        "Correct the address or the parameters and try again.",
    ),
    "malformed-query": _kind(
        400, "Заявката на SPARQL не може да се прочете", "The SPARQL query cannot be read",
        "Поправете посоченото място и изпратете заявката отново.",
        "Correct the place that is named and send the query again.",
    ),
    "query-forbidden": _kind(
        403, "Такава заявка не се изпълнява тук", "Such a query is not answered here",
        "Услугата само чете (SELECT, ASK, CONSTRUCT, DESCRIBE) и със SERVICE пита само услугите, "
        "които са ѝ позволени.",
        "The service is read-only (SELECT, ASK, CONSTRUCT, DESCRIBE), and with SERVICE it asks "
        "only the endpoints that it is allowed to.",
    ),
    "not-found": _kind(
        404, "Тук няма нищо", "There is nothing here",
        "Проверете адреса или потърсете по код; началната страница показва какво има.",
        "Check the address, or look a code up; the start page shows what there is.",
    ),
    "method-not-allowed": _kind(
        405, "Този метод не се приема тук", "This method is not answered here",
        "Използвайте някой от методите в заглавката Allow.",
        "Use one of the methods in the Allow header.",
    ),
    "not-acceptable": _kind(
        406, "Няма такъв формат", "There is no such format",
        "Изберете някой от изброените формати с Accept или ?format=.",
        "Choose one of the listed formats with Accept or ?format=.",
    ),
    "gone": _kind(
        410, "Съдържанието е свалено", "The content was removed",
        "Свалено е по правни причини и няма да се върне; адресът няма да значи нищо друго.",
        "It was removed for legal reasons and will not return; the address will mean nothing else.",
    ),
    "request-timeout": _kind(
        408, "Заявката не пристигна навреме", "The request did not arrive in time",
        "Изпратете заявката отново, наведнъж.",
        "Send the request again, at once.",
    ),
    "precondition-failed": _kind(
        412, "Има друга версия", "There is another version",
        "Изпратете заявката без If-Match или със сегашния ETag.",
        "Send the request without If-Match, or with the ETag of now.",
    ),
    "request-too-large": _kind(
        413, "Заявката е твърде дълга", "The request is too long",
        "Съкратете заявката или изтеглете файла с данните.",
        "Shorten the query, or download the dump.",
    ),
    "unsupported-media-type": _kind(
        415, "Този вид съдържание не се приема", "This content type is not read here",
        "Изпратете заявка като application/x-www-form-urlencoded или application/sparql-query, "
        "списък на API като application/json, в UTF-8.",
        "Send a query as application/x-www-form-urlencoded or application/sparql-query, "
        "a list for the API as application/json, in UTF-8.",
    ),
    "range-not-satisfiable": _kind(
        416, "Файлът няма такава част", "The file has no such range",
        "Поискайте част в рамките на размера от Content-Range.",
        "Ask for a range within the size in Content-Range.",
    ),
    "result-too-large": _kind(
        422, "Отговорът е твърде голям", "The answer is too large",
        "Поискайте по-малко (LIMIT) или изтеглете файла с данните.",
        "Ask for less (LIMIT), or download the dump.",
    ),
    "query-out-of-memory": _kind(
        422, "Заявката се нуждае от твърде много памет", "The query needs too much memory",
        "Опростете заявката (ORDER BY, DISTINCT и GROUP BY държат всичко в паметта) "
        "или изтеглете файла с данните.",
        "Simplify the query (ORDER BY, DISTINCT and GROUP BY hold everything in memory), "
        "or download the dump.",
    ),
    "overloaded": _kind(
        503, "Твърде много заявки наведнъж", "Too many queries at once",
        "Опитайте отново след времето в Retry-After.",
        "Try again after the time in Retry-After.",
    ),
    "not-ready": _kind(
        503, "Услугата още не е готова", "The service is not ready yet",
        "Опитайте отново след няколко секунди.",
        "Try again in a few seconds.",
    ),
    "query-timeout": _kind(
        503, "Заявката не завърши навреме", "The query was not finished in time",
        "Опростете заявката или изтеглете файла с данните; по-късно същата заявка може да успее.",
        "Simplify the query, or download the dump; the same query may succeed later.",
    ),
    "no-room": _kind(
        503, "Сега няма място за отговора", "There is no room for the answer now",
        "Опитайте отново след времето в Retry-After, поискайте по-малко (LIMIT) или изтеглете "
        "файла с данните.",
        "Try again after the time in Retry-After, ask for less (LIMIT), or download the dump.",
    ),
    "query-lost": _kind(
        503, "Заявката беше прекъсната", "The query was interrupted",
        "Опитайте отново; ако се повтори, опростете заявката.",
        "Try again; if it is interrupted again, simplify the query.",
    ),
    "engine-unavailable": _kind(
        503, "Хранилището не е на разположение", "The engine is not available",
        "Опитайте отново след времето в Retry-After; страниците и файловете с данните са тук.",
        "Try again after the time in Retry-After; pages and dumps are here meanwhile.",
    ),
    "query-failed": _kind(
        422, "Заявката не можа да бъде изпълнена докрай", "The query could not be finished",
        "Опростете заявката или изтеглете файла с данните.",
        "Simplify the query, or download the dump.",
    ),
    "search-unavailable": _kind(
        503, "Тук не може да се търси", "There is no search here",
        "Потърсете по код с /lookup или питайте на SPARQL; указателят се прави с digigraph build.",
        "Look a code up with /lookup, or ask in SPARQL; digigraph build makes the index.",
    ),
    "search-timeout": _kind(
        503, "Търсенето не завърши навреме", "The search was not finished in time",
        "Търсете с по-малко думи или по-късно.",
        "Search for fewer words, or later.",
    ),
    "internal-error": _kind(
        500, "Грешка при нас", "An error of ours",
        "Опитайте по-късно; ако се повтори, съобщете номера на заявката.",
        "Try again later; if it persists, report the number of the request.",
    ),
}  # fmt: skip
