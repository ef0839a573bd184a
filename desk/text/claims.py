"""Claims in replies that something was done for the customer, is being done or will be, in any grammar.

A claim is told from a policy's general statement by its grammar: by tense and person, by what the clause is about, and
by the conjunction that governs it. "Your card has been frozen" claims; "if your card has been frozen", "a card that has
been frozen" and "a frozen card refuses payments" do not.
"""

import re
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from desk.records import ANY, Claim
from desk.text.claim_patterns import FIRST_PERSON, FRAGMENTS, MORE, PASSIVE, PRESENT, filled
from desk.text.english import is_english
from desk.text.grammar import DENIED, Sentence, sentences_of
from desk.text.verbs import forms


class Act(NamedTuple):
    """How an action is spoken of: its verbs, and the nouns of what it changes, each a text with blanks between them."""

    verbs: str
    things: str


VERBS = (
    "block lock stop suspend disable deactivate pause secure cancel void freeze order reissue replace issue dispatch"
    " ship mail refund reimburse credit return reverse repay pay compensate waive rebate open file lodge raise submit"
    " log register start initiate launch lower increase decrease reduce adjust update change set lift cap bump boost"
    " extend double close shut terminate delete remove erase wipe unfreeze unblock unlock activate reactivate enable"
    " restore reset transfer move wire add verify approve grant authorise authorize upgrade renew process complete"
    " resolve settle sort fix correct rectify amend arrange book schedule escalate forward report notify inform alert"
    " contact send switch turn swap exchange release recover retrieve reclaim trigger place execute action handle"
    " finalise finalize apply convert redeem dispute contest flag prioritise prioritize expedite carry make put give"
    " do uphold strike print produce solve fulfil honour prepare request pass revoke ban void claim withdraw undo"
)
"""What a desk may do to a customer's things; an action's own verbs are added."""
VAGUE = (
    "process complete resolve settle sort fix arrange execute action handle finalise finalize carry make put give do"
    " take go place fulfil honour set act help manage deal record confirm prepare approve apply"
)
"""Verbs that say nothing of what was done: such a claim fits whatever was done."""
BENIGN = (
    "receive read understand see look note notice check find hear explain list describe mention quote offer need want"
    " ask try attach include summarise summarize publish review consider believe hope wish like love use answer reply"
    " miss appreciate regret apologise apologize expect learn work live know think call agree require allow charge"
    " decline refuse recognise intend assume suggest recommend introduce point search study value aim keep"
)
"""What a writer does in writing a reply: none of it is an act for the customer."""
READ = (
    "need|exceed|proceed|succeed|feed|speed|indeed|understood|saw|seen|found|heard|read|knew|known|thought|needed|had"
    "|been|was|were|kept|meant|said|told|led|based"
)
THINGS = (
    "card account payment transaction charge refund money amount fund funds limit dispute claim complaint case"
    " chargeback replacement fee order request transfer balance pin passcode password access subscription block freeze"
    " hold stop debit credit reimbursement closure cancellation reversal increase change device app profile address"
    " phone number cash sum pounds gbp reissue unfreeze beneficiary standing"
)
OTHERS = re.compile(
    r"\bby (?:the|a|an|that|their|its|another|some\w*|you|your(?! bank)|other)\b"
    r"(?! (?:desk|bank|team|clerk|time|way|colleague))|\bby (?:mistake|accident)\b"
)
UNDONE = re.compile(r"\s*(?:nothing|none|neither|no\b)")
AFTERWARDS = re.compile(r" (?:when|if|once|as soon as|unless|after)\b")
RELATIVE = re.compile(r"(?<!,)(?<!, )\b(?:that|which|who|what)\s*$")
MODAL = re.compile(r"\b(?:can|could|may|might|must|should|would|cannot|to|need|needs)\s*$")


class Claims:
    """Finds claims; `acts` says how each action is spoken of, by its name."""

    def __init__(self, acts: Mapping[str, Act]) -> None:
        self._acts = {name: (_any_form(act.verbs), _either(act.things)) for name, act in acts.items()}
        past, ing, base = forms(" ".join([VERBS, *(act.verbs for act in acts.values())]))
        things = _either(" ".join([THINGS, *(act.things for act in acts.values())]))
        done = f"(?!(?:{forms(BENIGN).past}|{READ})\\b)(?:{past}|[a-z]{{2,}}ed|<IRREGULAR>)"
        words = {"<DONE>": done, "<PAST>": past, "<ING>": ing, "<BASE>": base, "<THING>": things}
        self._first, self._passive, self._present = (
            [filled(pattern, words) for pattern in patterns]
            for patterns in (FIRST_PERSON, PASSIVE, (*PRESENT, *FRAGMENTS))
        )
        self._more = filled(MORE, words)
        self._things, self._past = re.compile(rf"\b{things}\b"), re.compile(rf"\b{past}\b")
        self._vague = re.compile(rf"\b{_any_form(VAGUE)}\b")

    def of(self, reply: str, sources: str = "") -> list[Claim]:
        """Return the claims of a reply, in their order; a sentence that stands in `sources` claims nothing.

        One in another language may claim anything: it is returned as a claim of no action.
        """
        quoted = {each.text for each in sentences_of(sources)}
        return [claim for each in sentences_of(reply) if each.text not in quoted for claim in self._in(each)]

    def _in(self, sentence: Sentence) -> Iterator[Claim]:
        if not is_english(sentence.text):
            yield Claim(sentence.text, frozenset())
        found = {each.end(): each for each in self._matches(sentence)}
        more = self._more.finditer(sentence.text, min(found)) if found else ()
        for _, match in sorted({**{each.end(): each for each in more}, **found}.items()):
            yield self._claim(sentence, match)

    def _matches(self, sentence: Sentence) -> Iterator[re.Match[str]]:
        text = sentence.text
        yield from (each for one in self._first for each in one.finditer(text) if not _is_denied(sentence, each))
        if not sentence.asks:
            yield from (each for one in self._passive for each in one.finditer(text) if _stands_alone(sentence, each))
        if not sentence.conditional and not text.endswith("?"):
            yield from (each for one in self._present for each in one.finditer(text) if _stands_alone(sentence, each))

    def _claim(self, sentence: Sentence, match: re.Match[str]) -> Claim:
        words = match.group().strip()
        clause = f"{words} {sentence.clause(match.start(), match.end())}"
        return Claim(words, frozenset(self._acts_of(_verb(match) or words, clause)))

    def _acts_of(self, verb: str, clause: str) -> Iterator[str]:
        """Yield the actions that a verb in its clause fits; a verb that says nothing fits by what it is about."""
        things = {each.group() for each in self._things.finditer(clause)}
        named = {name for name, (verbs, _) in self._acts.items() if re.search(rf"\b{verbs}\b", verb)}
        is_vague = not named and bool(self._vague.search(verb) or not self._past.search(verb))
        if is_vague and not things:
            yield ANY
        for name, (_, own_things) in self._acts.items():
            is_about = any(re.fullmatch(own_things, each) for each in things)
            if (name in named and (is_about or not things)) or (is_vague and is_about):
                yield name


def _stands_alone(sentence: Sentence, match: re.Match[str]) -> bool:
    """Return whether a clause is a main one: under no conjunction, in no relative clause, not denied, of no other."""
    start, verb = match.start(), _position(match)
    before = sentence.text[max(0, verb - 30) : verb]
    return not (
        sentence.governed(verb)
        or (start == verb and RELATIVE.search(before))
        or MODAL.search(before)
        or _is_denied(sentence, match)
        or (AFTERWARDS.match(sentence.text, match.end()) and "your " not in sentence.clause(start, start))
        or OTHERS.search(sentence.text, match.end(), match.end() + 60)
    )


def _is_denied(sentence: Sentence, match: re.Match[str]) -> bool:
    """Return whether a conjunction right before a clause makes it a condition, or a word in it denies it."""
    before = sentence.text[max(0, _position(match) - 40) : _position(match)]
    return (
        sentence.directly_governed(match.start())
        or UNDONE.match(sentence.text, match.end()) is not None
        or DENIED.search(before.rpartition(",")[2]) is not None
    )


def _position(match: re.Match[str]) -> int:
    return match.start("aux") if "aux" in match.re.groupindex else match.start()


def _verb(match: re.Match[str]) -> str | None:
    groups = match.groupdict()
    return groups.get("verb") or groups.get("other")


def _any_form(verbs: str) -> str:
    return f"(?:{'|'.join(forms(verbs))})"


def _either(names: str) -> str:
    return f"(?:{'|'.join(names.split())})"
