"""The desk's work with the bank: look things up, decide which actions need a person, perform actions."""
