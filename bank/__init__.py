"""The business: a small bank (`ledger/`), what its desk does with it (`clerk/`), knows, and how it reads (`text/`)."""
