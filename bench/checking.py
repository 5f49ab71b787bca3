"""How many mistakes in derivatives are found, how many are named, and how often a right one is refused.

The functions are those of tests/subjects.py, the mistakes those of tests/faults.py. Each mistake has a relative size:
the largest change of an entry, relative to that entry or to a thousandth of its row's largest. Peers are the rules of
checking_peers.py, with the tolerances they come with. A mistake is found if it is refused and the right derivative is
not. What is given to a peer as a Hessian is checked as the Jacobian of the exact gradient, as peers do that; for secant
both ways are shown.
"""

from __future__ import annotations

import argparse
import itertools
import json
import sys
import warnings
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path
from time import perf_counter
from typing import Any

import numpy as np
import numpy.typing as npt

import secant

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

from checking_peers import RULES, Rule, jax_jvp, jax_vjp
from faults import FAULTS, MAGNITUDES, Form, Mutant, mutants, product, seed_of
from subjects import SUBJECTS, Subject

Array = npt.NDArray[Any]
Function = Callable[..., Any]

SEEN = 1e-5
"""From this size on a mistake should be found."""

GROUPS = ("smooth", "scaled", "noisy", "kinked")
HAS_CHECKS = hasattr(secant, "check_jacobian")
CHECKED_AS = {"gradient": "gradient", "jacobian": "jacobian", "hessian": "hessian", "sparse": "jacobian"}
PRODUCTS: tuple[Form, ...] = ("jvp", "vjp", "hvp")


# ----------------------------------------------------------------------------------------------------------------------
# what is asked


class Remembered:
    """A function that is called once for each point, and counts how often it was asked."""

    def __init__(self, f: Function) -> None:
        self.f = f
        self.values: dict[bytes, Any] = {}
        self.calls = 0

    def __call__(self, x: Array) -> Any:
        """f(x), as an array of its own."""
        self.calls += 1
        key = x.tobytes()
        if key not in self.values:
            self.values[key] = self.f(x)
        return np.copy(self.values[key])[()]


@dataclass(frozen=True, eq=False)
class Case:
    """A subject at a point."""

    subject: Subject
    x: Array

    @cached_property
    def f(self) -> Remembered:
        """What is differentiated: once, or twice for a Hessian."""
        return Remembered(self.subject.f)

    @cached_property
    def first(self) -> Remembered:
        """What is differentiated once: of a Hessian, the gradient."""
        return Remembered(self.subject.values())

    @property
    def group(self) -> str:
        """The kind of function."""
        return next(group for group in GROUPS if group in self.subject.tags)


@dataclass(frozen=True, slots=True)
class Judgement:
    """What came of a derivative."""

    verdict: str
    kinds: tuple[str, ...] = ()
    evaluations: int = 0


@dataclass(frozen=True, slots=True)
class Contender:
    """A way to check: `at(case, form)` judges derivatives, or products of this form."""

    name: str
    at: Callable[[Case, Form], Callable[[Function], Judgement]]
    suits: Callable[[Case, Form], bool]


# ----------------------------------------------------------------------------------------------------------------------
# secant


def _own(case: Case, form: Form, *, with_gradient: bool) -> Callable[[Function], Judgement]:
    check: Any = getattr(secant, f"check_{form if form in PRODUCTS else CHECKED_AS[case.subject.kind]}")
    options: dict[str, Any] = {"rng": 0}
    if case.subject.kind == "hessian" and with_gradient:
        options["grad"] = case.first

    def judge(derivative: Function) -> Judgement:
        report = check(case.f, derivative, case.x.copy(), **options)
        return Judgement(report.verdict, tuple(finding.kind for finding in report.diagnosis), report.evaluations)

    return judge


def _own_contenders() -> list[Contender]:
    if not HAS_CHECKS:
        return []

    def there(form: Form) -> bool:
        return form not in PRODUCTS or hasattr(secant, f"check_{form}")

    return [
        Contender("secant", lambda case, form: _own(case, form, with_gradient=True), lambda _, form: there(form)),
        Contender(
            "secant, Hessians from f",
            lambda case, form: _own(case, form, with_gradient=False),
            lambda case, form: case.subject.kind == "hessian" and there(form),
        ),
    ]


# ----------------------------------------------------------------------------------------------------------------------
# peers


def _counted(case: Case, prepare: Callable[[], Callable[[Function], bool]]) -> Callable[[Function], Judgement]:
    """With the evaluations for preparing added to every judgement."""
    before = case.first.calls
    passes = prepare()
    prepared = case.first.calls - before

    def judged(derivative: Function) -> Judgement:
        start = case.first.calls
        try:
            verdict = "pass" if passes(derivative) else "fail"
        except ValueError:  # SciPy's way to refuse what is not finite
            verdict = "fail"
        return Judgement(verdict, (), prepared + case.first.calls - start)

    return judged


def _peer(rule: Rule) -> Contender:
    return Contender(
        rule.name,
        lambda case, _: _counted(case, lambda: rule.at(case.first, case.x)),
        lambda _, form: form not in PRODUCTS,
    )


def _jax_product(case: Case, form: Form) -> Callable[[Function], Judgement]:
    def prepare() -> Callable[[Function], bool]:
        passes = (jax_vjp if form == "vjp" else jax_jvp)(case.first, case.x)
        return lambda of_faulty: passes(lambda v: of_faulty(case.x.copy(), v))

    return _counted(case, prepare)


CONTENDERS = (
    *_own_contenders(),
    *(_peer(rule) for rule in RULES),
    Contender("jax check_jvp, check_vjp", _jax_product, lambda _, form: form in PRODUCTS),
)


# ----------------------------------------------------------------------------------------------------------------------
# asking


@dataclass(frozen=True, slots=True)
class Outcome:
    """One derivative, judged by one contender."""

    contender: str
    case: Case
    form: Form
    mutant: Mutant | None
    judgement: Judgement
    seconds: float
    alarm: bool
    """Whether the contender refuses the right derivative, too."""

    @property
    def refused(self) -> bool:
        """Right for a mistake, a false alarm otherwise."""
        return self.judgement.verdict == "fail"

    @property
    def undecided(self) -> bool:
        """Neither right nor wrong."""
        return self.judgement.verdict == "inconclusive"

    @property
    def found(self) -> bool:
        """Whether a mistake is told from the right derivative."""
        return self.refused and not self.alarm

    @property
    def named(self) -> bool:
        """Whether a finding says what the mistake is."""
        return self.mutant is not None and bool(self.mutant.diagnosis & set(self.judgement.kinds))

    @property
    def named_first(self) -> bool:
        """Whether the first finding says so."""
        return (
            self.mutant is not None
            and self.judgement.kinds[:1] != ()
            and self.judgement.kinds[0] in self.mutant.diagnosis
        )


@dataclass(frozen=True, slots=True)
class Plan:
    """How much is asked."""

    subjects: tuple[Subject, ...]
    magnitudes: tuple[float, ...]
    points: int
    seed: int

    def cases(self, subject: Subject) -> list[Case]:
        """The subject at its point, and at others near it where it may move."""
        random = np.random.default_rng(seed_of(subject.name, self.seed))
        points = [subject.point(random if self.seed else None)]
        if subject.spread:
            points += [subject.point(random) for _ in range(self.points - 1)]
        return [Case(subject, x) for x in points]


def _forms(subject: Subject) -> tuple[Form, ...]:
    more: dict[str, tuple[Form, ...]] = {"gradient": ("pair",), "jacobian": ("pair", "jvp", "vjp"), "hessian": ("hvp",)}
    return ("derivative", *more.get(subject.kind, ()))


def _right(subject: Subject, form: Form) -> Function:
    if form in PRODUCTS:
        return product(subject, form)
    if form == "pair":
        return lambda x: (subject.f(x), subject.derivative(x))
    return subject.derivative


def _judged(judge: Callable[[Function], Judgement], derivative: Function) -> tuple[Judgement, float]:
    start = perf_counter()
    try:
        judgement = judge(derivative)
    except Exception as error:  # whatever is raised is an outcome, and listed
        judgement = Judgement(f"{type(error).__name__}: {error}")
    return judgement, perf_counter() - start


def ask(plan: Plan, contenders: Sequence[Contender]) -> list[Outcome]:
    """All contenders about all derivatives, right and wrong."""
    outcomes: list[Outcome] = []
    for subject in plan.subjects:
        cases, forms = plan.cases(subject), _forms(subject)
        wrong = list(mutants(subject, cases[0].x, magnitudes=plan.magnitudes, forms=forms, seed=plan.seed))
        for case, contender, form in itertools.product(cases, contenders, forms):
            if not contender.suits(case, form):
                continue
            judge = contender.at(case, form)
            judgement, seconds = _judged(judge, _right(subject, form))
            alarm = judgement.verdict == "fail"
            outcomes.append(Outcome(contender.name, case, form, None, judgement, seconds, alarm))
            for mutant in wrong if case is cases[0] else ():
                if mutant.fault.form == form:
                    judgement, seconds = _judged(judge, mutant.fresh())
                    outcomes.append(Outcome(contender.name, case, form, mutant, judgement, seconds, alarm))
    return outcomes


# ----------------------------------------------------------------------------------------------------------------------
# what is printed

Row = tuple[str, Sequence[str]]


def print_table(title: str, head: Sequence[str], rows: Iterable[Row]) -> None:
    """Names to the left, figures to the right of their columns."""
    rows = list(rows)
    width = max(len(name) for name, _ in rows) + 2
    columns = [max(len(h), *(len(cells[k]) for _, cells in rows)) + 2 for k, h in enumerate(head)]
    print(f"{title}\n")
    print(" " * width + "".join(f"{h:>{w}}" for h, w in zip(head, columns, strict=True)))
    for name, cells in rows:
        print(f"{name:<{width}}" + "".join(f"{cell:>{w}}" for cell, w in zip(cells, columns, strict=True)))
    print()


def _share(flags: Iterable[bool]) -> float:
    """In percent; NaN of none."""
    flags = list(flags)
    return 100 * float(np.mean(flags)) if flags else float("nan")


def _percent(share: float) -> str:
    return "–" if np.isnan(share) else "100" if share == 100 else f"{share:.1f}"


@cache
def _decade(size: float) -> str:
    """With a little room: sizes of 1e-5 may be 9.99e-6."""
    if size == np.inf:
        return "∞"
    k = int(np.floor(np.log10(size) + 0.02))
    return "≥ 1" if k >= 0 else f"1e{max(k, -9)}"


DECADES = ("≥ 1", *(f"1e-{k}" for k in range(1, 10)), "∞")


class Figures:
    """Outcomes by contender, in numbers."""

    def __init__(self, outcomes: Iterable[Outcome]) -> None:
        self.right: dict[str, list[Outcome]] = defaultdict(list)
        self.wrong: dict[str, list[Outcome]] = defaultdict(list)
        for one in outcomes:
            if one.mutant is not None:
                self.wrong[one.contender].append(one)
            elif one.form != "pair":  # the derivative of a pair is asked about alone, too
                self.right[one.contender].append(one)

    def of_group(self, name: str, group: str, *, wrong: bool) -> list[Outcome]:
        """Of functions of one kind; of mistakes, those that should be found."""
        found = (self.wrong if wrong else self.right)[name]
        return [
            one for one in found if one.case.group == group and (one.mutant is None or _should_be_found(one.mutant))
        ]

    def alarms(self) -> dict[str, dict[str, tuple[int, int, int]]]:
        """Right derivatives by kind of function: refused, undecided, asked."""
        return {
            name: {
                group: (
                    sum(one.refused for one in of_group),
                    sum(one.undecided for one in of_group),
                    len(of_group),
                )
                for group in GROUPS
                if (of_group := self.of_group(name, group, wrong=False))
            }
            for name in self.right
        }

    def by_decade(self, groups: Sequence[str]) -> dict[str, dict[str, float]]:
        """The share of mistakes found, by size; without bound are those that are not numbers, or not in the matrix."""
        return {
            name: {
                decade: _share(
                    one.found for one in ones if one.case.group in groups and _decade(_mutant(one).size) == decade
                )
                for decade in DECADES
            }
            for name, ones in self.wrong.items()
        }

    def by_group(self) -> dict[str, dict[str, tuple[float, float, float]]]:
        """Mistakes that should be found, by kind of function: the share that is found, refused, and undecided."""
        return {
            name: {
                group: (
                    _share(one.found for one in ones),
                    _share(one.refused for one in ones),
                    _share(one.undecided for one in ones),
                )
                for group in GROUPS
                if (ones := self.of_group(name, group, wrong=True))
            }
            for name in self.wrong
        }

    def by_fault(self, groups: Sequence[str]) -> dict[str, dict[str, dict[str, float]]]:
        """Mistakes that should be found: how many are, and how many of those are named."""
        found: dict[str, dict[str, dict[str, float]]] = {}
        for name, ones in self.wrong.items():
            by_name: dict[str, list[Outcome]] = defaultdict(list)
            for one in ones:
                if one.case.group in groups and _should_be_found(_mutant(one)):
                    by_name[_mutant(one).fault.name].append(one)
            found[name] = {
                fault: {
                    "asked": len(those),
                    "found": _share(one.found for one in those),
                    "named": _share(one.named for one in those if one.refused),
                    "named first": _share(one.named_first for one in those if one.refused),
                }
                for fault, those in by_name.items()
            }
        return found

    def named(self) -> dict[str, dict[str, tuple[float, float]]]:
        """Of mistakes that are refused and should be, by kind of function: the share named, and named first."""
        return {
            name: {
                group: (_share(one.named for one in ones), _share(one.named_first for one in ones))
                for group in GROUPS
                if (ones := [one for one in self.of_group(name, group, wrong=True) if one.refused])
            }
            for name in self.wrong
            if name.startswith("secant")
        }

    def misses(self) -> Iterator[str]:
        """What secant does not find, or does not name, in smooth functions' derivatives, and its false alarms."""
        for name, ones in self.right.items():
            if name.startswith("secant"):
                yield from (f"{name}, {one.case.subject.name}: refused, and right" for one in ones if one.refused)
        for name, ones in self.wrong.items():
            for one in ones:
                mutant = _mutant(one)
                smooth = one.case.group in ("smooth", "scaled")
                if (
                    name.startswith("secant")
                    and smooth
                    and _should_be_found(mutant)
                    and not (one.refused and one.named)
                ):
                    what = f"{name}, {one.case.subject.name}, {mutant.fault.name} of size {mutant.size:.0e}"
                    yield f"{what}: {one.judgement.verdict}, {', '.join(one.judgement.kinds) or 'not named'}"

    def costs(self) -> dict[str, dict[str, float]]:
        """Of right derivatives: evaluations a variable, and seconds."""
        return {
            name: {
                "evaluations": float(np.median([one.judgement.evaluations / one.case.x.size for one in ones])),
                "most": float(np.max([one.judgement.evaluations / one.case.x.size for one in ones])),
                "milliseconds": 1e3 * float(np.median([one.seconds for one in ones])),
            }
            for name, ones in self.right.items()
        }


def _mutant(one: Outcome) -> Mutant:
    assert one.mutant is not None
    return one.mutant


def _should_be_found(mutant: Mutant) -> bool:
    return mutant.size >= 0.95 * SEEN


def report(figures: Figures) -> dict[str, Any]:
    """Print all tables; returns what is in them."""
    tables: dict[str, Any] = {
        "alarms": figures.alarms(),
        "by decade, smooth": figures.by_decade(("smooth", "scaled")),
        "by decade, noisy": figures.by_decade(("noisy",)),
        "by decade, kinked": figures.by_decade(("kinked",)),
        "by group": figures.by_group(),
        "named": figures.named(),
        "by fault": figures.by_fault(("smooth", "scaled")),
        "costs": figures.costs(),
    }
    none = (0, 0, 0)
    print_table(
        "Right derivatives: false alarms + undecided, of so many",
        GROUPS,
        (
            (name, ["–" if (n := row.get(g, none))[2] == 0 else f"{n[0]} + {n[1]} / {n[2]}" for g in GROUPS])
            for name, row in tables["alarms"].items()
        ),
    )
    for key in ("smooth", "noisy", "kinked"):
        where = "smooth functions, badly scaled ones included" if key == "smooth" else f"{key} functions"
        rows = [(name, [_percent(row[d]) for d in DECADES]) for name, row in tables[f"by decade, {key}"].items()]
        print_table(f"Mistakes found, in percent, by relative size: {where}", DECADES, rows)
    rows = [
        (name, [" / ".join(map(_percent, row[g])) if g in row else "–" for g in GROUPS])
        for name, row in tables["by group"].items()
    ]
    print_table(
        f"Mistakes of relative size {SEEN:g} and more, in percent: found / refused, right or wrong / undecided",
        GROUPS,
        rows,
    )
    if tables["named"]:
        rows = [
            (name, [" / ".join(map(_percent, row[g])) if g in row else "–" for g in GROUPS])
            for name, row in tables["named"].items()
        ]
        print_table("Of these, in percent of those refused: named / named by the first finding", GROUPS, rows)
    _print_faults(tables["by fault"])
    rows = [
        (name, [f"{v['evaluations']:.1f}", f"{v['most']:.0f}", f"{v['milliseconds']:.2f}"])
        for name, v in tables["costs"].items()
    ]
    print_table("Cost of a right derivative, median", ("evaluations a variable", "most", "ms"), rows)
    return tables


def _print_faults(by_fault: dict[str, dict[str, dict[str, float]]]) -> None:
    names = list(by_fault)
    own = [name for name in names if name.startswith("secant")]
    nothing = {"found": np.nan, "named": np.nan, "named first": np.nan, "asked": 0}

    def cells(fault: str) -> list[str]:
        rows = [by_fault[name].get(fault, nothing) for name in names]
        said = [by_fault[name].get(fault, nothing) for name in own[:1]]
        return [
            str(max(int(row["asked"]) for row in rows)),
            *(_percent(row["found"]) for row in rows),
            *(_percent(row[key]) for row in said for key in ("named", "named first")),
        ]

    letters = [f"({chr(97 + k)})" for k in range(len(names))]
    print(", ".join(f"{letter} {name}" for letter, name in zip(letters, names, strict=True)))
    asked = [fault.name for fault in FAULTS if any(fault.name in rows for rows in by_fault.values())]
    print_table(
        f"Mistakes of relative size {SEEN:g} and more in smooth functions' derivatives: found; named, and named first",
        ("asked", *letters, *(("named", "first") if own else ())),
        ((fault, cells(fault)) for fault in asked),
    )


# ----------------------------------------------------------------------------------------------------------------------


def _parsed() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="fewer functions, magnitudes and points")
    parser.add_argument("--seed", type=int, default=0, help="other points, and other entries that are wrong")
    parser.add_argument("--misses", action="store_true", help="list what secant does not find, or not name")
    parser.add_argument("--json", type=Path, metavar="FILE", help="where to write the tables")
    return parser.parse_args()


def main() -> None:
    asked = _parsed()
    warnings.simplefilter("ignore")
    if asked.quick:
        plan = Plan(SUBJECTS[::3], (1e-2, 1e-5, 1e-8), 2, asked.seed)
    else:
        plan = Plan(SUBJECTS, MAGNITUDES, 6, asked.seed)
    start = perf_counter()
    if not HAS_CHECKS:
        print("secant has no check_jacobian yet: peers only\n")
    with np.errstate(all="ignore"):
        outcomes = ask(plan, CONTENDERS)
    matrices = [one for one in outcomes if one.form not in PRODUCTS]
    products = [one for one in outcomes if one.form in PRODUCTS]
    faults = {_mutant(one).fault.name for one in outcomes if one.mutant}
    wrong = {id(one.mutant) for one in matrices if one.mutant}
    print(f"{len(plan.subjects)} functions, {len(faults)} kinds of mistakes, {len(wrong)} wrong derivatives\n")
    of_matrices, of_products = Figures(matrices), Figures(products)
    tables = {"derivatives": report(of_matrices)}
    print("Products with vectors\n")
    tables["products"] = report(of_products)
    if asked.misses:
        print(*of_matrices.misses(), *of_products.misses(), sep="\n", end="\n\n")
    for one in outcomes:
        if one.judgement.verdict not in ("pass", "fail", "inconclusive"):
            what = one.mutant.fault.name if one.mutant else "the right derivative"
            print(f"{one.contender}, {one.case.subject.name}, {what}: {one.judgement.verdict}")
    print(f"{perf_counter() - start:.0f} s")
    if asked.json is not None:
        text = json.dumps({"seed": asked.seed, "seen": SEEN, **tables}, indent=1, default=float)
        asked.json.write_text(text.replace("NaN", "null") + "\n")


if __name__ == "__main__":
    main()
