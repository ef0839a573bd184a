"""What the database knows by name: the last text that was kept."""

from functools import partial

from baton.runtime.resources import Resources
from baton.storage.about_rows import keep_about, read_about


async def test_a_name_has_the_text_that_was_kept_last(resources: Resources) -> None:
    do = resources.database.do
    assert await do(lambda tx: read_about(tx, "pace:here")) is None
    for text in ("slow", "slower"):
        await do(partial(keep_about, name="pace:here", text=text))
    assert await do(lambda tx: read_about(tx, "pace:here")) == "slower"
    assert await do(lambda tx: read_about(tx, "pace:there")) is None
