"""Secrets that nobody has: card numbers in every form, and keys in those of their makers."""

FULL_WIDTH = "".join(chr(ord(each) + 0xFEE0) if each.isdecimal() else each for each in "4111 1111 1111 1111")

CARDS = (
    "4111111111111111",
    "4111 1111 1111 1111",
    "4111-1111-1111-1111",
    "4111.1111.1111.1111",
    "4111/1111/1111/1111",
    "4111  1111  1111  1111",
    "4111\t1111\t1111\t1111",
    "4111\n1111\n1111\n1111",
    "4111 1111\r\n1111 1111",
    "4111 1111\n> 1111 1111",
    "4111\u00a01111\u00a01111\u00a01111",
    "4111\u20131111\u20131111\u20131111",
    "4111 - 1111 - 1111 - 1111",
    "4111_1111_1111_1111",
    "4111, 1111, 1111, 1111",
    "4111\u200b1111\u200b1111\u200b1111",
    "41111111 11111111",
    "4 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1",
    "41 11 11 11 11 11 11 11",
    FULL_WIDTH,
    "5500-0055.5555/5559",
    "2223 0031 2200 3222",
    "3782 822463 10005",
    "3782.822463.10005",
    "6011 1111 1111 1117",
    "3530 1113 3330 0000",
    "3056 930902 5904",
    "6759 6498 2643 8453",
)

LETTERS = "canary0123456789abcdefCANARY9876543210"
PEM = f"-----BEGIN RSA PRIVATE KEY-----\nMIIE{LETTERS}\n-----END RSA PRIVATE KEY-----"

SECRETS = (
    f"sk-{LETTERS}",
    f"sk-proj-{LETTERS}_{LETTERS}",
    f"sk-ant-api03-{LETTERS}-AA",
    f"sess-{LETTERS}",
    f"ghp_{LETTERS[:36]}",
    f"gho_{LETTERS[:36]}",
    f"ghu_{LETTERS[:36]}",
    f"ghs_{LETTERS[:36]}",
    f"ghr_{LETTERS[:36]}",
    f"github_pat_{LETTERS[:22]}_{LETTERS}",
    f"gsk_{LETTERS}",
    "AKIACANARY0123456789",
    "ASIACANARY0123456789",
    f"aws_secret_access_key={LETTERS}/+",
    f"AIzaSy{LETTERS[:33]}",
    "xoxb-123456789012-canary",
    f"xoxp-{LETTERS}",
    f"sk_live_{LETTERS}",
    f"rk_live_{LETTERS}",
    f"hf_{LETTERS[:34]}",
    f"lsv2_pt_{LETTERS}_0123456789",
    f"ls__{LETTERS}",
    "glpat-canary_0123456789ab",
    f"npm_{LETTERS[:36]}",
    f"pypi-AgEIcHlwaS5vcmc{LETTERS}",
    f"SG.{LETTERS[:22]}.{LETTERS}",
    f"api-key: {LETTERS[:32]}",
    f"x-api-key={LETTERS}",
    f"eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJjYW5hcnkifQ.{LETTERS}",
    "Authorization: Bearer canary",
    "authorization: bearer canary.0123456789",
    "AUTHORIZATION: BASIC Y2FuYXJ5OmNhbmFyeQ==",
    f"bearer {LETTERS}",
    PEM,
    "postgres://desk:canary-1@db.example/desk",
    "https://ann:can@ry!@example.org/x",
    "password=canary-word",
    "client_secret: canary-0123",
    "access_token=canary-0123",
)


def card_of(digits: str) -> str:
    """The digits with the one behind them that makes their check sum right."""
    doubled = [int(digit) * (2 - index % 2) for index, digit in enumerate(reversed(digits))]
    total = sum(value - 9 if value > 9 else value for value in doubled)
    return f"{digits}{-total % 10}"
