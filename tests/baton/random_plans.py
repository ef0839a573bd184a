"""What a random graph is to do, drawn from a seed; and what it asks for if nothing disturbs it, from that alone.

A plan says in a few words which steps there are: what each pays, where it fails, whom it asks. `asked` walks it as an
undisturbed execution would and knows nothing of Baton, so that it can judge it.
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from itertools import count
from random import Random
from typing import Literal, TypeAlias

Fault = Literal["", "transient", "broken"]
When = Literal["before", "unsent", "unheard", "after"]
"""Before its first effect, as that is sent, when the receiver has acted on it, after all its effects."""

Answer = Literal["", "approve", "edit", "reject"]
Called = Literal["node", "called", "twice", "beside"]
Manner = Literal["runner", "bare"]
Around = tuple[str, ...]
"""What a step lies in, the outermost first: `run`, loops, fan-outs, calls."""

At = Mapping[str, int]
"""Where an execution stands in all of these: the run, the round, the number of the Send, the number of the call."""

EDITED = 1000  # what a person adds to an amount
HEAVIEST, MOST_STEPS = 60, 90  # payments and steps of a run


@dataclass(frozen=True, slots=True)
class Pay:
    """One step, with an effect for each amount; `tells` makes the arguments differ by where they are asked for."""

    name: str
    amounts: tuple[int, ...]
    tells: bool = False
    answers: tuple[Answer, ...] = ()
    """What a person says to each amount; nobody is asked for those that are missing here."""
    fault: Fault = ""
    when: When = "before"
    everywhere: bool = True
    """Whether it fails at each place, or only at those with an odd sum."""
    idle: tuple[int, ...] = ()
    """Places, by their sum modulo 3, where it has nothing to pay."""
    by_action: bool = False
    """Whether several effects are told apart by their actions, and not by occurrences of one."""


@dataclass(frozen=True, slots=True)
class Fan:
    """A router that sends to several workers; `sends` names the worker of each Send."""

    name: str
    workers: tuple["Pay | Inner", ...]
    sends: tuple[int, ...]
    branches: bool = False
    """Whether a worker that fails for good leaves the others to go on."""
    again: Pay | None = None
    """What each worker sends to once more, twice."""


@dataclass(frozen=True, slots=True)
class Loop:
    """Rounds of a body; where there are two bodies they take turns."""

    name: str
    rounds: int
    bodies: tuple["Body", ...]


@dataclass(frozen=True, slots=True)
class Inner:
    """A graph inside: a node, or called by a step, once, twice, or twice at the same time."""

    name: str
    how: Called
    body: "Body"
    pay: Pay | None = None
    """What the step that calls pays between its calls."""
    parks: bool = True
    """Whether it has an error handler of its own."""


@dataclass(frozen=True, slots=True)
class Pair:
    """Two steps side by side, and both are waited for."""

    name: str
    sides: tuple["Pay | Inner", "Pay | Inner"]


Part: TypeAlias = "Pay | Fan | Loop | Inner | Pair"
Body: TypeAlias = "tuple[Part, ...]"


@dataclass(frozen=True, slots=True)
class Fork:
    """Going back, when so many runs have ended, to an old checkpoint of the thread."""

    after: int
    kind: Literal["plain", "noted", "edited"]
    pick: float


@dataclass(frozen=True, slots=True)
class Generation:
    """One process: the tick at which it is killed, how it goes on, and what it does first to a run in progress."""

    kill: int | None
    manner: Manner
    first: Literal["", "noted", "plain"] = ""
    pick: float = 0.0


@dataclass(frozen=True, slots=True)
class Plan:
    """A graph, the runs on its one thread by the way in which they begin, and what disturbs them."""

    seed: int
    body: Body
    runs: tuple[Manner, ...]
    forks: tuple[Fork, ...] = ()
    generations: tuple[Generation, ...] = field(default_factory=lambda: (Generation(None, "runner"),))


@dataclass(frozen=True, slots=True, order=True)
class Payment:
    """What the receiver is asked for, and at which place of the description."""

    where: str
    payee: str
    amount: int


def place_of(name: str, around: Around, at: At) -> str:
    """A place in words: `p3 run1 l2.4`."""
    return " ".join([name, *(f"{each}.{at[each]}" for each in around)])


def sum_of(around: Around, at: At) -> int:
    """What tells the places of a step apart, but for the run."""
    return sum(at[each] for each in around if each != "run")


def payment_of(pay: Pay, slot: int, around: Around, at: At) -> Payment:
    """One effect of a step before anybody edits it."""
    where, told = f"{place_of(pay.name, around, at)} #{slot}", sum_of(around, at) + 10 * at["run"]
    return Payment(where, pay.name if pay.tells else "everyone", pay.amounts[slot] + (told if pay.tells else 0))


def answer_of(pay: Pay, slot: int) -> Answer:
    """What a person says to one effect of a step."""
    return pay.answers[slot] if slot < len(pay.answers) else ""


def is_idle(pay: Pay, around: Around, at: At) -> bool:
    """Whether a step has nothing to pay at a place."""
    return sum_of(around, at) % 3 in pay.idle


def expected(plan: Plan) -> Counter[Payment]:
    """What an undisturbed execution of all runs asks for."""
    return Counter(each for run in range(1, len(plan.runs) + 1) for each in expected_of(plan, run))


def expected_of(plan: Plan, run: int) -> list[Payment]:
    """What one run asks for."""
    return [payment for part in plan.body for payment in asked(part, ("run",), {"run": run})]


def asked(part: Part, around: Around, at: At) -> Iterator[Payment]:
    """What a part of a plan asks for at one place."""
    match part:
        case Pay():
            yield from _paid(part, around, at)
        case Fan():
            yield from _spread(part, around, at)
        case Loop(name, rounds, bodies):
            for number in range(1, rounds + 1):
                for each in bodies[(number - 1) % len(bodies)]:
                    yield from asked(each, (*around, name), {**at, name: number})
        case Inner():
            yield from _called(part, around, at)
        case Pair(_, sides):
            for side in sides:
                yield from asked(side, around, at)


def _paid(pay: Pay, around: Around, at: At) -> Iterator[Payment]:
    for slot in range(len(pay.amounts)):
        payment, answer = payment_of(pay, slot, around, at), answer_of(pay, slot)
        if answer != "reject" and not is_idle(pay, around, at):
            yield replace(payment, amount=payment.amount + EDITED) if answer == "edit" else payment


def _spread(fan: Fan, around: Around, at: At) -> Iterator[Payment]:
    for number, kind in enumerate(fan.sends):
        inside, there = (*around, fan.name), {**at, fan.name: number}
        yield from asked(fan.workers[kind], inside, there)
        if fan.again:
            for second in range(2):
                yield from asked(fan.again, (*inside, fan.again.name), {**there, fan.again.name: second})


def _called(inner: Inner, around: Around, at: At) -> Iterator[Payment]:
    if inner.pay:
        yield from _paid(inner.pay, around, at)
    inside = inside_of(inner, around)
    for number in range(1 if inner.how in ("node", "called") else 2):
        for each in inner.body:
            yield from asked(each, inside, {**at, inner.name: number})


def inside_of(inner: Inner, around: Around) -> Around:
    """What the steps of a graph inside lie in: a call has a number, a node has none."""
    return around if inner.how == "node" else (*around, inner.name)


def steps(part: Part) -> int:
    """About how many steps a part of a plan takes."""
    match part:
        case Pay(answers=answers):
            return 1 + len(answers)
        case Fan(workers=workers, sends=sends, again=again):
            return 2 + sum(steps(workers[kind]) + (2 if again else 0) for kind in sends)
        case Loop(rounds=rounds, bodies=bodies):
            each = [sum(map(steps, body)) for body in bodies]
            return 2 + sum(each[number % len(each)] + 1 for number in range(rounds))
        case Inner(how=how, body=body):
            return 1 + sum(map(steps, body)) * (1 if how in ("node", "called") else 2)
        case Pair(sides=sides):
            return 1 + sum(map(steps, sides))


def draw(seed: int) -> Plan:
    """The plan of a seed."""
    chance = Random(seed)
    while True:
        body = _Drawing(chance).body(depth=0, loops=0)
        plan = _disturbed(Plan(seed, body, ("runner",)), chance)
        if 0 < len(expected_of(plan, 1)) <= HEAVIEST and sum(map(steps, body)) <= MOST_STEPS:
            return plan


def _disturbed(plan: Plan, chance: Random) -> Plan:
    """What happens to a graph: its runs, kills at ticks of about its own length, forks."""
    length = 12 + 7 * sum(map(steps, plan.body)) + 8 * len(expected_of(plan, 1))
    runs: list[Manner] = [chance.choice(("runner", "bare")) for _ in range(chance.choice((1, 1, 2, 3)))]
    forks = [
        Fork(chance.randint(1, len(runs)), chance.choice(("plain", "noted", "edited")), chance.random())
        for _ in range(chance.choice((0, 1, 1, 2)))
    ]
    kills = [int(length * chance.random() ** 1.5) + 1 for _ in range(chance.choice((0, 1, 1, 2, 2, 3)))]
    generations = [
        Generation(kill, chance.choice(("runner", "bare")), chance.choice(("", "", "noted", "plain")), chance.random())
        for kill in [*kills, None]
    ]
    return replace(plan, runs=tuple(runs), forks=tuple(forks), generations=tuple(generations))


class _Drawing:
    """Draws the parts of one graph, each with a name of its own."""

    def __init__(self, chance: Random) -> None:
        self._chance, self._numbers = chance, count(1)

    def body(self, depth: int, loops: int, most: int = 3, *, calm: bool = False) -> Body:
        """Parts one after the other; in a `calm` one nothing fails and nobody is asked."""
        return tuple(self._part(depth, loops, calm=calm) for _ in range(self._chance.randint(1, most)))

    def _name(self, letter: str) -> str:
        return f"{letter}{next(self._numbers)}"

    def _part(self, depth: int, loops: int, *, calm: bool) -> Part:
        kinds = ["pay", "pay", "fan", "fan", "pair"]
        kinds += ["loop"] * 2 * (loops < 2) + ["inner"] * 2 * (depth < 2)
        match self._chance.choice(kinds):
            case "fan":
                return self._fan(depth, loops, calm=calm)
            case "loop":
                bodies = self._chance.choice((1, 1, 2))
                made = tuple(self.body(depth, loops + 1, 2, calm=calm) for _ in range(bodies))
                return Loop(self._name("l"), self._chance.randint(1, 4), made)
            case "inner":
                return self._inner(depth, loops, calm=calm)
            case "pair":
                return Pair(self._name("b"), (self._one(depth, loops, calm=calm), self._one(depth, loops, calm=calm)))
        return self._pay(calm=calm)

    def _one(self, depth: int, loops: int, *, calm: bool) -> Pay | Inner:
        """One node that pays, or a graph that does."""
        inside = depth < 2 and self._chance.random() < 0.3
        return self._inner(depth, loops, calm=calm) if inside else self._pay(calm=calm)

    def _fan(self, depth: int, loops: int, *, calm: bool) -> Fan:
        name, kinds = self._name("f"), self._chance.choice((1, 1, 2))
        workers = tuple(self._one(depth, loops, calm=calm) for _ in range(kinds))
        sends = tuple(self._chance.randrange(kinds) for _ in range(self._chance.randint(1, 6)))
        again = self._pay(calm=True) if self._chance.random() < 0.2 else None
        if again:  # a Send's number shifts where another worker sends nothing: none may fail for good, or alone
            again, candidates = replace(again, idle=()), [each for each in workers if isinstance(each, Pay)]
            workers = tuple(map(_always_sending, candidates)) or (_always_sending(self._pay(calm=True)),)
            sends = tuple(each % len(workers) for each in sends[:3])
        return Fan(name, workers, sends, branches=self._chance.random() < 0.5, again=again)

    def _inner(self, depth: int, loops: int, *, calm: bool) -> Inner:
        how: Called = self._chance.choice(("node", "node", "called", "twice", "twice", "beside"))
        calm = calm or how == "beside"
        pay = self._pay(calm=calm) if how != "node" and self._chance.random() < 0.4 else None
        body = self.body(depth + 1, loops, 2, calm=calm)
        return Inner(self._name("g"), how, body, pay, parks=self._chance.random() < 0.7)

    def _pay(self, *, calm: bool) -> Pay:
        chance = self._chance
        amounts = tuple(chance.choice((5, 5, 7, 20)) for _ in range(chance.choice((1, 1, 1, 2, 3))))
        pay = Pay(self._name("p"), amounts, tells=chance.random() < 0.6, by_action=chance.random() < 0.3)
        if chance.random() < 0.25:
            pay = replace(pay, idle=(chance.randrange(3),))
        if calm:
            return pay
        if chance.random() < 0.15:
            said: tuple[Answer, ...] = ("approve", "edit", "reject")
            pay = replace(pay, answers=tuple(chance.choice(said) for _ in amounts[: chance.randint(1, 2)]))
        fault: Fault = chance.choice(("", "", "", "transient", "broken"))
        when: When = chance.choice(("before", "unsent", "unheard", "after"))
        return replace(pay, fault=fault, when=when, everywhere=chance.random() < 0.5)


def _always_sending(pay: Pay) -> Pay:
    return replace(pay, fault="" if pay.fault == "broken" else pay.fault, idle=())
