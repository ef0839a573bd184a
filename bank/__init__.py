"""The business: a small bank (`ledger/`), its desk's work (`clerk/`) and knowledge, and its reading (`text/`)."""
