"""Accidents and mix-ups that happen to a database file, drawn by a seed."""

import shutil
from collections.abc import Callable, Mapping
from pathlib import Path
from random import Random

PAGE = 4096
Damage = Callable[[Path, Random], None]
"""Damages one closed database file; whatever it does is drawn from the given chance."""


def truncate(file: Path, chance: Random) -> None:
    with file.open("r+b") as opened:
        opened.truncate(chance.randrange(1, file.stat().st_size))


def empty(file: Path, chance: Random) -> None:
    file.write_bytes(b"")


def delete(file: Path, chance: Random) -> None:
    file.unlink()


def zero_page(file: Path, chance: Random) -> None:
    _over(file, PAGE * chance.randrange(file.stat().st_size // PAGE), bytes(PAGE))


def zero(file: Path, chance: Random) -> None:
    file.write_bytes(bytes(file.stat().st_size))


def garbage_page(file: Path, chance: Random) -> None:
    _over(file, PAGE * chance.randrange(file.stat().st_size // PAGE), chance.randbytes(PAGE))


def garbage(file: Path, chance: Random) -> None:
    file.write_bytes(chance.randbytes(chance.randrange(1, 100_000)))


def text(file: Path, chance: Random) -> None:
    file.write_text("thread_id,status\nrun-1,done\n")


def swap_pages(file: Path, chance: Random) -> None:
    """Two pages in each other's places, as a bad controller does it."""
    whole = file.read_bytes()
    one, other = (PAGE * page for page in chance.sample(range(1, len(whole) // PAGE), 2))
    _over(file, one, whole[other : other + PAGE])
    _over(file, other, whole[one : one + PAGE])


def bit_flip(bits: int) -> Damage:
    def flip(file: Path, chance: Random) -> None:
        whole = bytearray(file.read_bytes())
        for _ in range(bits):
            whole[chance.randrange(len(whole))] ^= 1 << chance.randrange(8)
        file.write_bytes(whole)

    return flip


def folder_instead(file: Path, chance: Random) -> None:
    file.unlink()
    file.mkdir()


def another_programs(file: Path, chance: Random) -> None:
    shutil.copy(file.with_name("bank.db"), file)


def _over(file: Path, start: int, data: bytes) -> None:
    with file.open("r+b") as opened:
        opened.seek(start)
        opened.write(data)


ACCIDENTS: Mapping[str, tuple[Damage, int]] = {
    "truncated": (truncate, 120),
    "zero length": (empty, 1),
    "deleted": (delete, 1),
    "one page zeroed": (zero_page, 100),
    "all zeroed": (zero, 1),
    "one page of garbage": (garbage_page, 100),
    "all garbage": (garbage, 20),
    "text": (text, 1),
    "two pages swapped": (swap_pages, 100),
    "a bit flipped": (bit_flip(1), 400),
    "8 bits flipped": (bit_flip(8), 150),
    "64 bits flipped": (bit_flip(64), 50),
    "a folder in its place": (folder_instead, 1),
    "another program's": (another_programs, 1),
}
"""What happens to any database file, and how many trials of each a whole run makes."""
