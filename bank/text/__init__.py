"""How the bank's customers write: sums of money, and what a reply claims to have done."""
