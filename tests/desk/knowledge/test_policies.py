from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bank.knowledge import FOLDER, SYNONYMS, knowledge
from baton.errors import BadSetting
from desk.knowledge.index import PolicyIndex, load_index
from desk.knowledge.policies import load_policies
from desk.text.inner import inner_words_in

OWN = FOLDER / "policies"
TODAY = date(2026, 11, 22)
GOOD = "id: {id}\ntitle: {title}\nroute: {route}\neffective: 2026-01-01\n"


def policy(folder: Path, name: str, *, text: str = "Ferns need water.", more: str = "", **facts: str) -> Path:
    facts = {"id": name.upper(), "title": "Ferns", "route": "plants", **facts}
    folder.mkdir(exist_ok=True)
    file = folder / f"{name}.md"
    file.write_text(f"---\n{GOOD.format(**facts)}{more}---\n{text}\n", "utf-8")
    return file


def own(day: date) -> PolicyIndex:
    return PolicyIndex(load_policies(OWN), day, SYNONYMS)


def policies_for(index: PolicyIndex, text: str, route: str = "", most: int = 8) -> set[str]:
    return {each.policy_id for each in index.passages(index.search(text, route, most))}


@pytest.mark.parametrize(
    "bad, fault",
    [
        ("---\ntitle: T\nroute: plants\neffective: 2026-01-01\n---\nText.", "id: Field required"),
        ("---\nid: ''\ntitle: T\nroute: plants\neffective: 2026-01-01\n---\nText.", "id: String should match"),
        ("---\nid: X\ntitle: T\nroute: plants\n---\nText.", "effective: Field required"),
        ("---\nid: X\ntitle: T\nroute: plants\neffective: soon\n---\nText.", "effective: "),
        ("---\nid: X\ntitle: T\nroute: plants\neffective: 2026-13-45\n---\nText.", "month must be in 1..12"),
        ("---\nid: X\ntitle: T\nroute: plants\neffective: 2026-01-01\ncolour: red\n---\nText.", "colour: Extra"),
        (
            "---\nid: X\ntitle: T\nroute: plants\neffective: 2026-01-01\nends: 2026-02-01\n---\n\n",
            "front matter between",
        ),
        ("---\nid: [X\n---\nText.", "expected"),
        ("---\n- X\n---\nText.", "front matter: "),
        ("Text without any front matter.", "front matter between"),
        ("---\nid: X\ntitle: never closed\n", "front matter between"),
    ],
)
def test_a_bad_policy_is_refused_with_its_file_and_fault(tmp_path: Path, bad: str, fault: str) -> None:
    policy(tmp_path, "good")
    (tmp_path / "worse.md").write_text(bad, "utf-8")
    with pytest.raises(BadSetting) as refused:
        load_policies(tmp_path)
    assert str(refused.value).startswith(f"{tmp_path / 'worse.md'}: ")
    assert fault in str(refused.value)
    assert "\n" not in str(refused.value)


def test_a_file_that_is_not_text_is_refused(tmp_path: Path) -> None:
    (tmp_path / "worse.md").write_bytes(b"---\nid: X\xff\n---\nText.")
    with pytest.raises(BadSetting, match=r"worse\.md: .*utf-8"):
        load_policies(tmp_path)


def test_two_policies_cannot_have_one_id(tmp_path: Path) -> None:
    policy(tmp_path, "first", id="F-1")
    policy(tmp_path, "second", id="F-1")
    with pytest.raises(BadSetting, match=r"second\.md: the id F-1 is taken by first\.md"):
        load_policies(tmp_path)


@pytest.mark.parametrize("word", ["supersedes", "superseded_by"])
def test_a_policy_cannot_refer_to_one_that_there_is_not(tmp_path: Path, word: str) -> None:
    policy(tmp_path, "first", more=f"{word}: F-9\n")
    with pytest.raises(BadSetting, match=r"first\.md: it refers to the policy F-9"):
        load_policies(tmp_path)


def test_an_empty_folder_is_refused_and_told_how_to_name_another(tmp_path: Path) -> None:
    with pytest.raises(BadSetting, match=f"{tmp_path} holds no policies.*BATON_POLICIES"):
        load_policies(tmp_path)


def test_a_policy_must_belong_to_a_route_of_the_desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = policy(tmp_path / "policies", "ferns", route="plants")
    load_policies(tmp_path / "policies")  # alone, the folder cannot know the routes
    monkeypatch.setenv("BATON_POLICIES", str(tmp_path / "policies"))
    with pytest.raises(BadSetting, match=rf"{file}: the route 'plants' is none of account, cards"):
        knowledge().check()


def test_a_route_must_have_a_policy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    policy(tmp_path / "policies", "ferns", route="plants")
    for name in ("birds", "plants"):
        (tmp_path / f"{name}.txt").write_text("# Living things.\nmy robin\n")
    monkeypatch.setenv("BATON_POLICIES", str(tmp_path / "policies"))
    monkeypatch.setenv("BATON_ROUTES", str(tmp_path))
    with pytest.raises(BadSetting, match=rf"{tmp_path / 'birds.txt'}: no policy in .*policies has the route 'birds'"):
        knowledge().check()


def test_both_folders_can_be_replaced_together(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    policy(tmp_path / "policies", "ferns", route="plants")
    (tmp_path / "plants.txt").write_text("# Plants.\nmy fern\n")
    (tmp_path / "other.txt").write_text("# Others.\nhello\n")
    monkeypatch.setenv("BATON_POLICIES", str(tmp_path / "policies"))
    monkeypatch.setenv("BATON_ROUTES", str(tmp_path))
    assert knowledge().index.search("fern", "plants") == ["FERNS.1"]


def test_the_desks_own_policies_fit_its_routes() -> None:
    assert policies_for(knowledge().index, "a daily limit", "payments") >= {"PAY-09"}


@pytest.mark.parametrize(
    "more, found",
    [
        ("", True),
        ("ends: 2026-11-22\n", True),
        ("ends: 2026-11-21\n", False),
        ("superseded_by: NEW\n", False),
    ],
)
def test_only_what_is_in_force_is_found(tmp_path: Path, more: str, *, found: bool) -> None:
    policy(tmp_path, "old", text="Ferns need moonlight.", more=more)
    policy(tmp_path, "new")
    assert ("OLD" in policies_for(PolicyIndex(load_policies(tmp_path), TODAY), "moonlight")) is found


def test_a_policy_of_the_future_replaces_nothing_before_its_day(tmp_path: Path) -> None:
    policy(tmp_path, "old")
    file = policy(tmp_path, "new", more="supersedes: OLD\n")
    file.write_text(file.read_text().replace("2026-01-01", "2027-03-01"))
    policies = load_policies(tmp_path)
    assert policies_for(PolicyIndex(policies, TODAY), "ferns water") == {"OLD"}
    assert policies_for(PolicyIndex(policies, date(2027, 3, 1)), "ferns water") == {"NEW"}


@pytest.mark.parametrize("day", [date(2025, 6, 1), date(2026, 2, 28), date(2026, 5, 15), TODAY, date(2027, 3, 1)])
def test_no_superseded_or_future_policy_of_the_desk_is_ever_cited(day: date) -> None:
    policies, index = load_policies(OWN), own(day)
    stale = {
        name
        for name, each in policies.items()
        if each.front.effective > day or (each.front.ends is not None and each.front.ends < day)
    }
    found = {
        hit
        for each in policies.values()
        for hit in policies_for(index, each.front.title + each.passages[0].text, each.front.route)
    }
    assert stale
    assert found
    assert not found & stale


@given(st.text(max_size=200), st.sampled_from(["cards", "fees", ""]), st.integers(1, 6))
def test_any_text_can_be_searched_for(text: str, route: str, most: int) -> None:
    found = INDEX.search(text, route, most)
    assert len(found) == len(set(found)) <= most
    assert len(INDEX.passages(found)) == len(found)


@pytest.mark.parametrize(
    "syntax", ['"', "NEAR(a b)", "title:fee AND NOT", "*", "fee OR", "(", "--", "' OR 1=1", "^fee"]
)
def test_the_search_languages_own_signs_are_only_words(syntax: str) -> None:
    assert "FEES-03" in policies_for(INDEX, f"{syntax} fee of a cash withdrawal {syntax}", "fees")


def test_the_route_decides_between_equals(tmp_path: Path) -> None:
    policy(tmp_path, "a", route="birds", id="A")
    policy(tmp_path, "b", route="plants", id="B")
    index = PolicyIndex(load_policies(tmp_path), TODAY)
    assert [index.search("ferns", route)[0] for route in ("birds", "plants")] == ["A.1", "B.1"]


@pytest.mark.parametrize(
    "said, route, meant",
    [
        ("someone stole my wallet", "security", "SEC-01"),
        ("they took it two times", "disputes", "DISP-03"),
        ("which cashpoint takes my card", "payments", "PAY-04"),
        ("what do you charge for cash", "fees", "FEES-03"),
    ],
)
def test_customers_words_find_the_policies_words(said: str, route: str, meant: str) -> None:
    assert meant in policies_for(INDEX, said, route, 4)


def test_passages_come_policy_by_policy_as_they_read() -> None:
    found = INDEX.passages(["CARD-05.3", "CARD-06.1", "CARD-05.1"])
    assert [each.passage_id for each in found] == ["CARD-05.1", "CARD-05.3", "CARD-06.1"]


def test_a_passage_that_has_lapsed_since_it_was_found_is_left_out() -> None:
    assert [each.passage_id for each in INDEX.passages(["CARD-17.1", "CARD-01.1"])] == ["CARD-01.1"]


def test_a_policy_is_found_by_its_topics_whatever_route_it_is_filed_under() -> None:
    text, topics = "Nothing happens at the till", {"cards/card_not_working": 0.9}
    assert "PAY-07" not in policies_for(INDEX, text, "cards")
    assert INDEX.search(text, "cards", 1, topics) == ["PAY-07.1"]


def test_a_message_of_little_words_alone_is_found_by_its_topics() -> None:
    assert INDEX.search("when will it get here", "cards") == []
    assert INDEX.search("when will it get here", "cards", 1, {"cards/card_delivery_estimate": 0.7}) != []
    assert INDEX.search("?!", "cards", 1, {"cards/card_delivery_estimate": 0.7}) == []


def test_a_topic_that_no_policy_names_lends_its_words(tmp_path: Path) -> None:
    policy(tmp_path, "wilted", text="Leaves that hang down need shade.", title="Wilted leaves")
    index = PolicyIndex(load_policies(tmp_path), TODAY)
    assert index.search("it looks sad", "plants", 1) == []
    assert index.search("it looks sad", "plants", 1, {"plants/wilted_leaves": 0.8}) == ["WILTED.1"]


def test_a_topic_must_be_a_heading_of_the_examples(tmp_path: Path) -> None:
    file = policy(tmp_path / "policies", "ferns", more="topics: [wilted]\n")
    for name, heading in (("plants", "## wiltd"), ("other", "")):
        (tmp_path / f"{name}.txt").write_text(f"# Living things.\n{heading}\nmy fern\n")
    with pytest.raises(BadSetting, match=rf"{file}: the topic 'wilted' is no heading \(##\) of the examples"):
        load_index(tmp_path / "policies", tmp_path, TODAY)


def test_headings_stand_in_the_titles_of_their_passages_and_in_the_full_text(tmp_path: Path) -> None:
    policy(tmp_path, "ferns", text="# Ferns\n\nWater them.\n\n## Above 30 degrees\n\nWater them twice.")
    index = PolicyIndex(load_policies(tmp_path), TODAY)
    assert [each.title for each in index.passages(["FERNS.1", "FERNS.2"])] == ["Ferns", "Ferns: Above 30 degrees"]
    assert index.search("how hot may it be, 30 degrees?", "", 1) == ["FERNS.2"]
    assert "Above 30 degrees" in index.text_of(["FERNS"])


def test_a_document_of_headings_alone_is_refused(tmp_path: Path) -> None:
    file = policy(tmp_path, "ferns", text="# Ferns\n\n## Water")
    with pytest.raises(BadSetting, match=rf"{file}: it holds headings alone; write the rule below them"):
        load_policies(tmp_path)


def test_the_desks_policies_say_which_topics_they_answer() -> None:
    assert INDEX.topics_of(["PAY-07", "CARD-06", "NONE-1"]) == {"card_not_working", "pin_blocked"}


INDEX = own(TODAY)


def test_what_is_for_clerks_is_neither_found_nor_quoted_nor_a_ground(tmp_path: Path) -> None:
    policy(tmp_path, "one", text="Ferns need water.\n\nClerks only: above 20 ferns a gardener decides.")
    policy(tmp_path, "two", text="Gardeners decide on moss.", more="audience: clerks\n")
    index = PolicyIndex(load_policies(tmp_path), TODAY)
    assert index.in_force() == {"ONE"}
    assert index.text_of(["ONE", "TWO"]) == "Ferns need water."
    assert policies_for(index, "gardener moss decides") == set()


@pytest.mark.parametrize(
    "hidden",
    [
        "Clerks only:\n\nAbove 20 ferns a gardener decides.",
        "Clerks only: above 20 ferns\n\n- a gardener decides.",
        "**Clerks only:** above 20 ferns a gardener decides.",
        "Clerks only: " + "Above 20 ferns a gardener decides. " * 60,
    ],
)
def test_all_that_a_paragraph_for_clerks_leads_in_to_is_for_clerks(tmp_path: Path, hidden: str) -> None:
    policy(tmp_path, "one", text=f"Ferns need water.\n\n{hidden}\n\nMoss does not.")
    assert PolicyIndex(load_policies(tmp_path), TODAY).text_of(["ONE"]) == "Ferns need water. Moss does not."


def test_no_policy_tells_customers_who_approves_what() -> None:
    index = own(TODAY)
    assert [name for name in sorted(index.in_force()) if inner_words_in(index.text_of([name]))] == []
