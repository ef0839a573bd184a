"""How the bank's actions are spoken of in replies, for the check that a reply claims what was done and nothing else."""

from desk.text.claims import Act, Claims

ACTS = {
    "freeze_card": Act(
        "freeze block lock stop suspend disable deactivate pause secure put place switch turn", "card freeze block hold"
    ),
    "reissue_card": Act(
        "order reissue replace issue send dispatch mail ship cancel renew request", "card replacement order reissue"
    ),
    "refund": Act(
        "refund reimburse credit return reverse repay pay give issue send process",
        "payment charge refund money amount fee sum transaction account funds cash credit debit gbp pounds",
    ),
    "file_dispute": Act(
        "dispute open file lodge raise submit log register start contest report",
        "dispute claim chargeback case payment",
    ),
    "change_limit": Act(
        "set change raise lower increase decrease reduce adjust update lift cap bump move", "limit card gbp pounds"
    ),
    "close_account": Act("close shut terminate", "account closure"),
}
CLAIMS = Claims(ACTS)
"""Finds the claims of a reply."""
