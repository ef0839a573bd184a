"""Reading of English texts about pounds: amounts of money, and claims in replies."""
