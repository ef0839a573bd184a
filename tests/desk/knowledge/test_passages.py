"""Passages of documents of any shape: nothing is lost, and no passage is a bare heading."""

import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from desk.knowledge.passages import LONGEST, Part, parts

FAQ = """# Returns

Returns are free. They take 30 days.

## What you need

You need:

- the slip

- the parcel,
  unopened

Then bring both to a shop.

### Abroad

| country | days |
|---|---|
| Norway | 14 |

How long does a refund take?

It takes 5 working days.
"""
WORDS = st.text("abcäß", min_size=1, max_size=6)
TEXT = st.lists(WORDS, min_size=1, max_size=8).map(" ".join)
BLOCKS = st.one_of(
    TEXT.map(lambda text: f"{text}."),
    TEXT,
    TEXT.map(lambda text: f"{text}:"),
    TEXT.map(lambda text: f"**{text}**"),
    st.tuples(st.sampled_from(["#", "##", "###"]), TEXT).map(" ".join),
    st.tuples(TEXT, st.sampled_from(["====", "----"])).map("\n".join),
    st.lists(TEXT, min_size=1, max_size=4).map(lambda items: "\n".join(f"- {item}" for item in items)),
    st.lists(TEXT, min_size=1, max_size=4).map(lambda items: "\n\n".join(f"1. {item}" for item in items)),
    st.lists(TEXT, min_size=1, max_size=3).map(lambda rows: "\n".join(["|x|", "|---|", *(f"|{row}|" for row in rows)])),
    TEXT.map(lambda text: f"    {text}\n\n    {text}"),
    TEXT.map(lambda text: f"```\n{text}\n\n{text}\n```"),
    TEXT.map(lambda text: f"> {text}"),
    WORDS.map(lambda word: f"[{word}]: https://x.example"),
    st.just("---"),
)
DOCUMENTS = st.tuples(
    st.lists(BLOCKS, min_size=1, max_size=8),
    st.sampled_from(["\n\n", "\n", "\n\n\n"]),
    st.sampled_from(["\n", "\r\n", "\r"]),
).map(lambda shape: shape[1].join(shape[0]).replace("\n", shape[2]))


def words(text: str) -> list[str]:
    return re.findall(r"[a-zäß]+", text)


def everything(found: list[Part]) -> set[str]:
    return {word for each in found for text in (*each.headings, each.text) for word in words(text)}


def test_a_document_is_read_as_a_person_reads_it() -> None:
    assert parts(FAQ) == [
        Part(("Returns",), "Returns are free. They take 30 days."),
        Part(("Returns", "What you need"), "You need:\n- the slip\n- the parcel,\n  unopened"),
        Part(("Returns", "What you need"), "Then bring both to a shop."),
        Part(("Returns", "What you need", "Abroad"), "| country | days |\n|---|---|\n| Norway | 14 |"),
        Part(("Returns", "What you need", "Abroad"), "How long does a refund take?\nIt takes 5 working days."),
    ]


@pytest.mark.parametrize("end", ["\r\n", "\r"])
def test_line_ends_of_other_systems_make_no_difference(end: str) -> None:
    assert parts(FAQ.replace("\n", end)) == parts(FAQ)


@example("# aa\n\na\n\n# a")  # a paragraph that turns out to be a heading leaves the one above it without a passage
@given(DOCUMENTS)
def test_nothing_of_a_document_is_lost(document: str) -> None:
    found = parts(document)
    assert not found or everything(found) >= set(words(document))


@given(DOCUMENTS, TEXT)
def test_with_a_sentence_in_it_every_document_has_passages_and_none_is_empty(document: str, text: str) -> None:
    found = parts(f"{document}\n\n{text}.\n")
    assert found
    assert all(each.text.strip() for each in found)


@given(st.lists(st.tuples(st.sampled_from("123456"), TEXT), min_size=1, max_size=6), TEXT)
def test_a_heading_is_no_passage(headings: list[tuple[str, str]], text: str) -> None:
    above = "\n\n".join(f"{'#' * int(level)} {title}" for level, title in headings)
    assert parts(above) == []
    [found] = parts(f"{above}\n\n{text}.")
    assert found.text == f"{text}."
    assert [title for _, title in headings if title not in found.headings] == []


@pytest.mark.parametrize("title", ["Refunds", "**Refunds**", "Refunds:", "When is it paid?", "Refunds\n-------"])
def test_what_reads_like_a_heading_stays_with_what_follows(title: str) -> None:
    [found] = parts(f"{title}\n\nThey take 5 days, whoever pays for them.")
    assert "Refunds" in " ".join([*found.headings, found.text]) or "paid?" in found.text
    assert "They take 5 days" in found.text


def test_a_line_that_reads_like_a_title_is_a_heading_where_another_follows() -> None:
    assert parts("Our rules\n\n## Refunds\n\nThey take 5 days.") == [
        Part(("Our rules", "Refunds"), "They take 5 days.")
    ]


def test_a_single_line_without_a_full_stop_is_a_passage() -> None:
    assert parts("Open from 9 to 17") == [Part((), "Open from 9 to 17")]


def test_an_authors_comment_is_not_shown_to_customers() -> None:
    assert parts("<!-- checked in May -->\n\nOpen from 9 to 17.") == [Part((), "Open from 9 to 17.")]


def test_a_long_paragraph_is_cut_between_sentences() -> None:
    sentence = "One two three four five six seven eight nine ten."
    found = parts(" ".join([sentence] * 40))
    assert len(found) > 1
    assert all(each.text.endswith("ten.") and len(each.text.split()) <= LONGEST for each in found)
    assert " ".join(each.text for each in found) == " ".join([sentence] * 40)
