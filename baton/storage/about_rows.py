"""What the database knows by name, beside runs: short texts in its table `about`, one a name."""

from baton.storage.transaction import Transaction


def read_about(tx: Transaction, name: str) -> str | None:
    """Return the text under a name; None where there is none."""
    row = tx.execute("SELECT value FROM about WHERE name = ?", (name,)).fetchone()
    return None if row is None else str(row[0])


def keep_about(tx: Transaction, name: str, text: str) -> None:
    """Keep a text under a name, in place of what stood there."""
    sql = "INSERT INTO about (name, value) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value"
    tx.execute(sql, (name, text))
