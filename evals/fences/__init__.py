"""Which fences save a weak model: the same messages with all fences, and with each taken away in turn."""
