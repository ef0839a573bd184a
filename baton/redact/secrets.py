"""Masks secrets: keys, tokens, passwords, and the texts that `hide` was given."""

import re
from base64 import b64decode
from binascii import Error as NotBase64

START = r"(?:(?<![A-Za-z0-9])|(?<=\\[bfnrt]))"  # of a word, also after an escape of JSON's or of `repr`
CHARS = r"[A-Za-z0-9_-]"
TAIL = rf"(?={CHARS}{{0,80}}\d|[A-Za-z0-9]{{16}}){CHARS}{{8,}}"
"""The part of a key after its maker's prefix; a word may have such a prefix (`npm_lifecycle_event`), but no digit."""

KEY = re.compile(
    rf"{START}(?:"
    rf"sk-{CHARS}{{8,}}"
    rf"|(?:[spr]k|ls|lsv2|gh[opusr]|github_pat|gsk|hf|npm|r8|whsec|shpat|dop_v1|xox[a-z])_{TAIL}"
    rf"|(?:pk|ls|ghp|xox[a-z]|xapp|glpat|gldt|glrt|pypi|sess|xai|pplx|nvapi|tvly|GOCSPX)-{TAIL}"
    rf"|A[KS]IA[A-Z0-9]{{12,}}|AIza{CHARS}{{20,}}|SG\.{CHARS}{{8,100}}\.{CHARS}{{8,}}"
    rf"|eyJ{CHARS}{{5,400}}(?:\.{CHARS}*){{1,4}})"  # a JSON web token
)
PEM = re.compile(r"-----BEGIN ([A-Z ]{0,20}PRIVATE KEY[A-Z ]{0,20})-----.*?(?:-----END \1-----|\Z)", re.DOTALL)
IN_URL = re.compile(r"(://[^\s/@:\"'<>\\]*:)(?!\[secret\]@)[^\s/?#\"'<>\\]+(?=@)")
HEADER = re.compile(
    r"(authorization\\*[\"']?\s*[:=]\s*\\*[\"']?)(?:bearer|basic|token|digest|apikey)\s+(?!\[secret\])[^\s\"'\\,;<>]+",
    re.IGNORECASE,
)
BEARER = re.compile(START + r"bearer\s+(?=[a-z._~+/-]*\d|\S{20})[a-z0-9._~+/-]{8,}=*", re.IGNORECASE)
BASIC = re.compile(START + r"basic\s+([a-z0-9+/]{6,}={0,2})", re.IGNORECASE)
ASSIGNED = re.compile(
    r"((?P<name>passw(?:or)?d|pwd|passphrase|secret|token|authorization"
    r"|(?:api|access|account|private|secret|subscription)[-_ ]?key)\\*[\"']?\s*(?P<sign>[=:])\s*\\*[\"']?)"
    r"(?!(?:none|null|true|false|undefined|bearer|basic)\b)(?P<value>[^\s\"'\\&,;<>()\[\]{}$*]{4,})",
    re.IGNORECASE,
)
LEAST_VALUE = 6  # characters of a value after a colon
SHORTEST_SECRET = 8  # characters; a shorter one would be found in the middle of words

hidden: set[str] = set()
"""The texts that `hide` was given."""


def hide(secret: str) -> None:
    """Mask this exact text from now on: a key need not look like one, and an endpoint may repeat it."""
    if len(secret) >= SHORTEST_SECRET:
        hidden.add(secret)


def mask_secrets(text: str) -> str:
    """`text` with every secret replaced by `[secret]`."""
    for secret in hidden:
        text = text.replace(secret, "[secret]")
    text = BASIC.sub(_mask_basic, BEARER.sub("[secret]", HEADER.sub(r"\1[secret]", text)))
    text = KEY.sub("[secret]", IN_URL.sub(r"\1[secret]", PEM.sub("[secret]", text)))
    return ASSIGNED.sub(_mask_assigned, text)


def _mask_basic(match: re.Match[str]) -> str:
    """Mask a name and password in the form of HTTP's `Basic`; "basic" before another word is left."""
    try:
        decoded = b64decode(match[1] + "=" * (-len(match[1]) % 4), validate=True)
    except NotBase64:
        return match.group()
    return "[secret]" if b":" in decoded else match.group()


def _mask_assigned(match: re.Match[str]) -> str:
    """Mask the value of a name such as `token`: after `=` nearly any, after a colon, as in prose, one with a digit."""
    value, is_password = match["value"], match["name"].lower().startswith("p")
    is_secret = match["sign"] == "=" or (len(value) >= LEAST_VALUE and any(each.isdigit() for each in value))
    return f"{match[1]}[secret]" if is_secret and (is_password or not value.isdigit()) else match.group()
