"""The passages of a document: the blocks that Markdown sees in it, whatever its line ends and its indentation.

A heading is no passage: it stands in the titles of those below it. What leads in to something stays with it: a
paragraph with the list, table or code behind it, a line such as "You need:" with what follows.
"""

import re
from collections.abc import Iterator
from itertools import pairwise
from typing import NamedTuple

from markdown_it import MarkdownIt
from markdown_it.token import Token

CLERKS = "Clerks only:"
"""The opening of a paragraph that no customer is told, such as the desk's own limits."""
LONGEST = 120  # words of a paragraph; a longer one is cut between sentences
TITLE_WORDS = 8  # a line of at most as many words without a full stop leads in to what follows
FOLLOWERS = {"bullet_list_open", "ordered_list_open", "table_open", "fence", "code_block", "definition"}
DEEPEST = 7  # the level of a heading that Markdown does not know as one
UNSEEN = {"hr", "comment"}
_PARSER = MarkdownIt("commonmark").enable("table")
_SENTENCE = re.compile(r"(?<=[.!?])\s+")


class Part(NamedTuple):
    """One passage: the headings that it stands under, the outermost first, and its text."""

    headings: tuple[str, ...]
    text: str


class Block(NamedTuple):
    """One block: the kind of its token, the level where it is a heading, and its text."""

    kind: str
    text: str
    level: int = 0


class _Reading:
    """What was read of a document so far: its passages, and the headings that the next one stands under."""

    def __init__(self) -> None:
        self.parts = list[Part]()
        self._headings = list[Block]()
        self._unused = list[str]()  # headings without a passage below them as yet
        self._leads = self._is_alone = False

    def head(self, block: Block) -> None:
        """Read a heading; what was to lead in to a paragraph is a heading itself."""
        if self._leads and self._is_alone:
            lead = self.parts.pop()
            used = {each for part in self.parts for each in part.headings}
            self._unused = [each for each in lead.headings if each not in used]
            self._open(Block(block.kind, lead.text, DEEPEST))
        self._open(block)
        self._leads = False

    def text(self, block: Block) -> None:
        """Read a block of text: a passage of its own, or the rest of the one before."""
        self._is_alone = not (self.parts and not self._unused and (self._leads or block.kind in FOLLOWERS))
        if self._is_alone:
            self.parts.append(Part(tuple(each.text for each in self._headings), block.text))
        else:
            self._add(block.text)
        self._unused, self._leads = [], _leads_in(block)

    def end(self) -> None:
        """Read the end: below the last headings nothing stands."""
        if self.parts and self._unused:
            self._add(*self._unused)
        elif not self.parts and any(each.level == DEEPEST for each in self._headings):
            self.parts.append(Part((), "\n".join(self._unused)))

    def _open(self, heading: Block) -> None:
        stay = [each for each in self._headings if each.level < heading.level or each.text in self._unused]
        self._headings, self._unused = [*stay, heading], [*self._unused, heading.text]

    def _add(self, *texts: str) -> None:
        self.parts[-1] = Part(self.parts[-1].headings, "\n".join([self.parts[-1].text, *texts]))


def parts(document: str, *, for_customers: bool = False) -> list[Part]:
    """Return the passages of a document in their order, or those for customers; none where it holds headings alone."""
    reading, blocks = _Reading(), _blocks(document)
    for block in _for_customers(blocks) if for_customers else blocks:
        if block.level:
            reading.head(block)
        else:
            for piece in _pieces(block):
                reading.text(piece)
    reading.end()
    return reading.parts


def _for_customers(blocks: Iterator[Block]) -> Iterator[Block]:
    """Yield the blocks but those for clerks, with all that such a paragraph leads in to."""
    hides = goes_on = False
    for block in blocks:
        is_clerks = block.text.lstrip("*_> ").startswith(CLERKS)
        hides = is_clerks or (hides and (goes_on or block.kind in FOLLOWERS) and not block.level)
        goes_on = is_clerks and block.text.rstrip("*_ ").endswith(":")
        if not hides:
            yield block


def _blocks(document: str) -> Iterator[Block]:
    """Yield the blocks with text; what Markdown takes for none, such as the target of a link, is one too."""
    lines, end = re.sub(r"\r\n?", "\n", document).split("\n"), 0
    tokens = [each for each in _PARSER.parse("\n".join(lines)) if each.level == 0 or each.type == "inline"]
    for token, following in pairwise([*tokens, None]):
        if token is None or token.map is None or token.type == "inline":
            continue
        yield from _texts("definition", lines[end : token.map[0]])
        end = token.map[1]
        if token.type == "heading_open" and following is not None:
            if title := " ".join(following.content.split()):
                yield Block(token.type, title, int(token.tag[1:]))
        else:
            yield from _texts(_kind(token), lines[token.map[0] : end])
    yield from _texts("definition", lines[end:])


def _kind(token: Token) -> str:
    content = token.content.strip()
    is_comment = token.type == "html_block" and content.startswith("<!--") and content.endswith("-->")
    return "comment" if is_comment else token.type


def _texts(kind: str, lines: list[str]) -> Iterator[Block]:
    """Yield the block of some lines; none without text."""
    text = "\n".join(line.rstrip() for line in lines if line.strip())
    if text and kind not in UNSEEN:
        yield Block(kind, " ".join(text.split()) if kind == "paragraph_open" else text)


def _pieces(block: Block) -> Iterator[Block]:
    """Yield a block, a long paragraph in several."""
    piece = list[str]()
    for sentence in _SENTENCE.split(block.text) if block.kind == "paragraph_open" else [block.text]:
        if piece and sum(len(each.split()) for each in [*piece, sentence]) > LONGEST:
            yield Block(block.kind, " ".join(piece))
            piece = []
        piece.append(sentence)
    yield Block(block.kind, " ".join(piece))


def _leads_in(block: Block) -> bool:
    """Return whether a paragraph leads in to what follows: it ends with a colon, or is a title or a short question."""
    text = block.text.rstrip("*_ ")
    is_title = len(text.split()) <= TITLE_WORDS and not text.endswith((".", "!", "|", ">"))
    return block.kind == "paragraph_open" and (text.endswith(":") or is_title)
