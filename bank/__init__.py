"""The business: a small bank, its rules, its policies and what the offline model knows of it."""
