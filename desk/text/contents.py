"""What a reply may hold only where a source holds the same: links, addresses, numbers, codes and markup.

Each kind is a function from a text to its items in one form, so that an item of a reply can be looked for among those
of its sources, whatever characters, separators or words it is written with. All are linear in a text's length.
"""

import re
import unicodedata
from collections.abc import Callable, Mapping

from desk.text.numbers import numbers_in
from desk.text.plain import plain

ENDING = (
    r"(?:com|net|org|info|biz|io|co|uk|eu|de|fr|ru|cn|me|app|dev|xyz|site|online|shop|store|bank|link|click|top|club"
    r"|live|page|tech|web|example|test|local|onion|gov|edu|us|ca|ly|tk|cc|tv|gg|ai|id|support|help|pay|money)(?![\w-])"
)
"""Ends of domains, for those whose dots are blanks away from their letters."""
FILE = r"(?!(?:pdf|csv|docx?|xlsx?|png|jpe?g|txt|odt)\b)"
LABELS = r"(?<![\w@.-])(?:[\w-]{1,63}\.){1,8}"
DOT = re.compile(r"\s?[\[({<]\s?(?:dot|punkt|point|\.)\s?[\])}>]\s?|\s(?:dot|punkt)\s", re.IGNORECASE)
LINK = re.compile(
    r"\b[a-z][a-z0-9+.-]{1,20}:\s?(?:/\s?/|\\\\)\s?\S*|(?:^|\s)//\S+"
    r"|\b(?:https?|hxxps?|ftp|mailto|tel|sms|javascript|data|vbscript|file|whatsapp|skype|bitcoin|ethereum):(?! )\S+"
    r"|\bwww\.\S+|\bxn--\S+|\blocalhost\b\S*|\b0x[0-9a-f]{8}\b|\[[0-9a-f:]*::?[0-9a-f:]+\]"
    r"|(?<![\w.])(?:\d{1,3}\.){3}\d{1,3}(?::\d+)?(?:/\S*)?(?![\w.]*\d)"
    rf"|\b[\w-]{{1,63}}\s\.\s?{ENDING}|\b[\w-]{{2,63}}(?:\.\s|\s?[,;]\s?)(?:com|net|org)(?![\w-])"
)
DOMAIN = re.compile(
    rf"{LABELS}{FILE}[a-z]{{2,24}}(?:\.?[:/?#]\S*)?(?![\w-])"
    rf"|{LABELS}(?:Com|Net|Org|Info|[A-Z]{{2,24}})(?:/\S*)?(?![\w.-])"
)
SPACED = re.compile(r"(?<!\w)(?:[^\W\d_](?:\s|\s?[.:/*_|-]\s?)){3,}[^\W\d_](?!\w)")
MAIL = re.compile(
    r"(?<![\w.+-])[\w.+-]{1,64}\s?@\s?[\w.-]{2,}|(?<!\w)@[\w.-]{2,}"
    r"|(?<![\w.-])[\w.-]{1,64}\s?[\[({<]\s?(?:at|@)\s?[\])}>]\s?[\w.-]+"
    r"|\b(?:telegram|whatsapp|instagram|facebook|wechat|viber|snapchat|tiktok|venmo|zelle|paypal|cash ?app|moneygram"
    r"|western union|bitcoin|ethereum|gift ?cards?)\b",
    re.IGNORECASE,
)
MARKUP = re.compile(
    r"</?\s?[a-z!?%][^<>]{0,80}|&(?:#\w{1,8}|[a-z]{2,8}\d?);|<%|%>"  # HTML and its entities
    r"|!\[|\]\s?\(|\]\s?\[|\[\[|^\[[^\]]{1,40}\]:\s|`+|(?:^|\s)#{1,6}\s\S|^[ \t]{0,3}[=-]{3,99}[ \t]{0,3}$"  # Markdown
    r"|\*\*|(?<!\w)__(?=\S)|~~|\+-{2,}|-\s\[[ x]\]|(?<!\w)_[^_\s][^_]{0,40}_(?!\w)|^[ \t]{0,3}>\s|\|.*\|"
    r"|\[/?(?:url|b|i|u|s|img|code|quote|link|color|size|font|list|email)[=\]]"  # of forums
    r"|\{\{|\$\{|\$\$|\$\([a-z]|\\[a-z]{2,}\{|^[ \t]{0,9}\{\s?\""  # of templates, shells, TeX and JSON
    r"|\\u[0-9a-f]{4}|\\x[0-9a-f]{2}|(?:%[0-9a-f]{2}){2,}|%(?:3[ce]|2f|5[bd])",  # escapes
    re.IGNORECASE | re.MULTILINE,
)
ACCOUNT = re.compile(r"(?<![a-z0-9])[a-z]{2}\d\d(?:[ ./_:-]{0,3}[a-z0-9]){11,30}(?![a-z0-9])", re.IGNORECASE)
LEAST_DIGITS = 8  # of an account number with letters
CODE = re.compile(
    r"(?<!\w)(?=[a-z]{0,60}\d)(?=\d{0,60}[a-z])[a-z0-9]{20,}(?!\w)|(?<!\w)[$\u00a3\u20ac][a-z]\w{2,}", re.IGNORECASE
)
ENDS = re.compile(r"^(?:https?:/*)?(?:www\.)?|[\s.,;:!?)\]}>\"'/]+$")


def links_in(text: str) -> set[str]:
    """Return links, domains and hosts: without a scheme, with dots as words or in brackets, or letter by letter too."""
    folded = DOT.sub(".", plain(text))
    domains = {each.group() for each in DOMAIN.finditer(folded)}
    found = {each for each in domains if "/" in each or not _is_abbreviation(each)}
    found |= {"".join(each.group().split()) for each in LINK.finditer(folded.lower())}
    return {_bare(each) for each in found} | {compact(each.group()) for each in SPACED.finditer(folded)}


def mails_in(text: str) -> set[str]:
    """Return e-mail addresses, handles, and the names of services on which somebody is written to or paid."""
    return {_bare(re.sub(r"[\s\[\](){}<>]", "", each.group())) for each in MAIL.finditer(plain(text))}


def markup_in(text: str) -> set[str]:
    """Return the signs of HTML, Markdown and other markup, of templates and of escapes; also in full-width letters."""
    return {
        " ".join(each.group().lower().split())
        for form in {text, unicodedata.normalize("NFKC", text)}
        for each in MARKUP.finditer(form)
    }


def codes_in(text: str) -> set[str]:
    """Return account numbers, addresses of wallets and other long codes, without their separators."""
    folded = plain(text)
    accounts = {compact(each.group()) for each in ACCOUNT.finditer(folded)}
    codes = {each.group().lower() for each in CODE.finditer(folded)}
    return codes | {each for each in accounts if sum(letter.isdigit() for letter in each) >= LEAST_DIGITS}


KINDS: Mapping[str, Callable[[str], set[str]]] = {
    "a link": links_in,
    "an address": mails_in,
    "a number": numbers_in,
    "an account or a code": codes_in,
    "markup": markup_in,
}
"""The kinds of contents, by their names for people."""


def compact(item: str) -> str:
    """Return an item without its separators, as it is compared with a value of the customer's own things."""
    return re.sub(r"[\W_]", "", plain(item)).lower()


def _is_abbreviation(domain: str) -> bool:
    """Return whether what looks like a domain in capitals is an abbreviation: "U.K"."""
    return domain.isupper() and all(len(part) <= 2 for part in domain.split("."))  # noqa: PLR2004 - letters


def _bare(item: str) -> str:
    return ENDS.sub("", item.strip().lower())
