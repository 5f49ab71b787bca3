"""Mistakes that people make in derivatives, put into exact ones: what a checker of derivatives should find and name.

A fault is planned at a point, where it chooses its entries, rows and columns among those that count, and is then in the
derivative at any point. Sizes are relative and per entry, as in `relative_size`. Faults that leave the derivative as it
is, as a transposed symmetric matrix, are no faults and are skipped.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property, partial
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_array, issparse

from subjects import Kind, Subject, dense

Array = npt.NDArray[Any]
Derivative = Callable[..., Any]
Form = Literal["derivative", "pair", "jvp", "vjp", "hvp"]

MAGNITUDES = tuple(float(f"1e-{k}") for k in range(1, 10))
SHARE = 1e-3
"""Entries below this share of their row's largest do not count: a change in them is compared with that share."""
DISTINCT = 1e-3
"""A fault of one size only, as a wrong sign, that changes entries by less is not the mistake that it is meant to be."""
_ATTEMPTS = 6
_NOT_SEEN_IN_ONE = {"nondeterministic", "not linear"}
"""Diagnoses that no matrix gives."""


def _typical(x: Array) -> Array:
    return np.maximum(np.abs(x), 1.0)


def entry_sizes(exact: Array, x: Array) -> Array:
    """What changes of entries are compared with: the entry, or the share of its row's largest, weighted by variables.

    A matrix (m, n); rows that are zero take the largest of all.
    """
    t = _typical(x)
    largest = np.max(np.abs(exact) * t, axis=1, keepdims=True)
    largest = np.where(largest > 0, largest, np.max(largest))
    return np.maximum(np.abs(exact), SHARE * largest / t)


def relative_size(given: Any, exact: Any, x: Array, right: tuple[Array, Array] | None = None) -> float:
    """How wrong a derivative is: the largest change of an entry, relative to `entry_sizes`. Infinite if not finite.

    At kinks, `right` are the least and largest entries that are right, and nothing between them is wrong.
    """
    A, D = dense(given), dense(exact)
    if not np.all(np.isfinite(A)):
        return np.inf
    with np.errstate(divide="ignore", invalid="ignore"):
        nearest = D if right is None else np.clip(A, *right)
        return float(np.nanmax(np.where(nearest == A, 0.0, np.abs(A - nearest) / entry_sizes(D, x))))


# ----------------------------------------------------------------------------------------------------------------------
# where a fault goes, what it is, and what comes of it


@dataclass(frozen=True, eq=False)
class Site:
    """A derivative at the point where a fault is planned."""

    subject: Subject
    x: Array
    magnitude: float
    random: np.random.Generator

    @cached_property
    def exact(self) -> Array:
        """The derivative as a dense matrix (m, n)."""
        return self.subject.matrix(self.x)

    @cached_property
    def counting(self) -> Array:
        """Which entries count in their row."""
        weighted = np.abs(self.exact) * _typical(self.x)
        return (weighted > 0) & (weighted >= SHARE * np.max(weighted, axis=1, keepdims=True))

    def entry(self) -> tuple[int, int]:
        """One that counts."""
        i, j = np.nonzero(self.counting)
        k = self.random.integers(i.size)
        return int(i[k]), int(j[k])

    def rows(self, count: int) -> Array:
        """Some that are not zero."""
        return self.random.permutation(np.flatnonzero(self.counting.any(axis=1)))[:count]

    def columns(self, count: int) -> Array:
        """Some with entries that count."""
        return self.random.permutation(np.flatnonzero(self.counting.any(axis=0)))[:count]

    def noise(self, shape: tuple[int, ...]) -> Array:
        """Of either sign, with magnitudes in [0.3, 1]."""
        return self.random.uniform(0.3, 1, shape) * self.random.choice([-1.0, 1.0], shape)

    def ones(self) -> Array:
        """Factors of all entries."""
        return np.ones(self.exact.shape)

    def normalised(self, term: Array) -> Array:
        """A term to be added, of the relative size `magnitude`."""
        return term * (self.magnitude / relative_size(self.exact + term, self.exact, self.x))


Plan = Callable[[Site], Derivative]
"""Makes the faulty derivative."""


@dataclass(frozen=True, slots=True, eq=False)
class Mutant:
    """A derivative with a fault."""

    subject: Subject
    fault: Fault
    x: Array
    magnitude: float | None
    size: float
    """`relative_size` at x. Of faults in behaviour, that of what is wrong with it, or infinite."""
    diagnosis: frozenset[str]
    """All that is right to say of it."""
    fresh: Callable[[], Derivative]
    """Makes the faulty derivative, without memory of earlier calls: of x, or of (x, v) for a product."""


@dataclass(frozen=True, slots=True, eq=False)
class Fault:
    """A mistake in a derivative."""

    name: str
    diagnosis: tuple[str, ...]
    """Its name in a diagnosis, and others that say the same."""
    plan: Plan
    graded: bool = False
    """Whether it takes magnitudes; others have one size."""
    kinds: tuple[Kind, ...] = ("gradient", "jacobian", "hessian", "sparse")
    rows: int = 1
    columns: int = 1
    """The smallest matrices that it is a mistake of its own in."""
    square: bool = False
    form: Form = "derivative"
    """What is faulty: the derivative, a pair of value and derivative, or a product with a vector."""
    behaviour: bool = False
    """Whether it is not in the matrix that is returned first."""
    needs: Callable[[Subject], bool] = lambda _: True
    largest: float = 1.0
    """The largest magnitude."""
    least: float = DISTINCT
    """The smallest size where it is not graded."""

    def applies(self, subject: Subject) -> bool:
        """Whether it can be in this derivative, as far as the kind and shape say."""
        m, n = subject.shape
        large = m >= self.rows and n >= self.columns and (m == n or not self.square)
        return (
            subject.kind in self.kinds
            and large
            and self.needs(subject)
            and bool(np.any(subject.matrix(subject.point())))
        )

    def inject(self, subject: Subject, x: Array, *, magnitude: float | None = None, seed: int = 0) -> Mutant | None:
        """Put it into the derivative at x; None where that changes nothing, or too little to be told what it is."""
        assert self.graded == (magnitude is not None), f"{self.name}: graded faults have magnitudes, others have none"
        least = self.least if magnitude is None else SHARE * magnitude
        for attempt in range(_ATTEMPTS):

            def fresh(attempt: int = attempt) -> Derivative:
                random = np.random.default_rng([seed, attempt])
                return self.plan(Site(subject, x.copy(), magnitude or 0.0, random))

            exact = subject.matrix(x)
            with np.errstate(all="ignore"):
                given = as_matrix(self.form, fresh(), x, exact.shape)
            size = relative_size(given, exact, x, subject.right(x) if subject.slopes else None)
            if self.behaviour:
                return Mutant(subject, self, x, magnitude, magnitude or np.inf, frozenset(self.diagnosis), fresh)
            if size > 0 and size >= least:
                said = () if size == np.inf or set(self.diagnosis) & _NOT_SEEN_IN_ONE else _said_of(given, exact)
                return Mutant(subject, self, x, magnitude, size, frozenset((*self.diagnosis, *said)), fresh)
        return None


def as_matrix(form: Form, derivative: Derivative, x: Array, shape: tuple[int, ...]) -> Array:
    """What is returned at x, as a dense matrix: of a product, those with unit vectors."""
    m, n = shape
    if form == "vjp":
        return np.stack([derivative(x, w) for w in np.eye(m)])
    if form in ("jvp", "hvp"):
        return np.stack([derivative(x, v) for v in np.eye(n)], axis=1)
    returned = derivative(x.copy())
    return dense(returned[1] if form == "pair" else returned)


def _said_of(A: Array, D: Array) -> Iterator[str]:
    """What is also true of a change, whatever it was meant to be."""
    changed, stored, (m, n) = A != D, D != 0, D.shape
    count, rows, columns = np.count_nonzero(changed), changed.any(axis=1), changed.any(axis=0)
    if count == 1 or (count <= 3 and 2 * count < D.size):
        yield "entries"
    if m > 1 and np.count_nonzero(rows) <= max(1, m // 3):
        yield "few rows"
    if n > 1 and np.count_nonzero(columns) <= max(1, n // 3):
        yield "few columns"
    if m == n > 1 and not np.any(changed & ~np.eye(n, dtype=bool)):
        yield "diagonal"
    if not np.any(A[changed]):
        yield "zero"
    if D.size == 1:
        yield "factor"
    if m == n > 1 and np.allclose(D, D.T, rtol=1e-12, atol=0) and not np.allclose(A, A.T, rtol=1e-12, atol=0):
        yield "asymmetric"
        if any(np.any(keep(D, 1)) and not np.any(keep(A, 1)) for keep in (np.triu, lambda M, k: np.tril(M, -k))):
            yield "one triangle"
    if not np.any(changed & ~stored):
        change = np.divide(A - D, D, out=np.full(D.shape, np.nan, A.dtype), where=stored)
        lines = (("factor", [change.ravel()]), ("row factor", change[rows]), ("column factor", change.T[columns]))
        for name, each in lines:
            several = [line[~np.isnan(line)] for line in each if np.count_nonzero(~np.isnan(line)) > 1]
            if several and all(np.ptp(np.abs(line)) <= 1e-3 * np.max(np.abs(line)) for line in several):
                yield name


# ----------------------------------------------------------------------------------------------------------------------
# ways to make a faulty derivative


def _changed(site: Site, factor: Array | float = 1.0, term: Array | float = 0.0) -> Derivative:
    """All entries times a factor plus a term; those that are stored, where the derivative is sparse."""
    F, T = (np.broadcast_to(part, site.exact.shape) for part in (factor, term))

    def faulty(x: Array) -> Any:
        D = site.subject.derivative(x)
        if not issparse(D):
            return (np.reshape(D, F.shape) * F + T).reshape(D.shape)
        A = csr_array(D, copy=True)
        at = A.tocoo().coords
        A.data = A.data * F[at] + T[at]
        return A

    return faulty


def _times(factors: Callable[[Site], Array | float]) -> Plan:
    return lambda site: _changed(site, factor=factors(site))


def _plus(term: Callable[[Site], Array], *, normalise: bool = True) -> Plan:
    def plan(site: Site) -> Derivative:
        T = np.where(_stored(site), term(site), 0.0)
        return _changed(site, term=site.normalised(T) if normalise else T)

    return plan


def _stored(site: Site) -> Array:
    """Where entries are stored."""
    D = site.subject.derivative(site.x)
    if not issparse(D):
        return np.ones(site.exact.shape, dtype=bool)
    stored = np.zeros(D.shape, dtype=bool)
    stored[D.tocoo().coords] = True
    return stored


def _in(choose: Callable[[Site], tuple[Any, Any]], value: Callable[[Site], float]) -> Plan:
    """A factor of some rows and columns."""

    def factors(site: Site) -> Array:
        F = site.ones()
        F[choose(site)] = value(site)
        return F

    return _times(factors)


def _more(site: Site) -> float:
    return 1 + site.magnitude


def _exactly(value: float) -> Callable[[Site], float]:
    return lambda _: value


def _a_row(site: Site) -> tuple[Any, Any]:
    return site.rows(1), slice(None)


def _a_column(site: Site) -> tuple[Any, Any]:
    return slice(None), site.columns(1)


def _block(site: Site) -> tuple[Any, Any]:
    """Contiguous, around an entry that counts, of two rows and columns up to half of them."""

    def span(at: int, size: int) -> slice:
        length = int(site.random.integers(2, size // 2 + 1))
        start = int(np.clip(at - site.random.integers(length), 0, size - length))
        return slice(start, start + length)

    i, j = site.entry()
    m, n = site.exact.shape
    return span(i, m), span(j, n)


def _arranged(order: Callable[[Site, int], Array], axis: int) -> Plan:
    """Rows or columns in another order."""

    def plan(site: Site) -> Derivative:
        places = order(site, site.exact.shape[axis])
        key = (places,) if axis == 0 or site.subject.kind == "gradient" else (slice(None), places)
        return lambda x: site.subject.derivative(x)[key]

    return plan


def _swapped(site: Site, size: int) -> Array:
    chosen = site.random.choice(size, 2, replace=False)
    order = np.arange(size)
    order[chosen] = order[chosen[::-1]]
    return order


def _rolled(site: Site, size: int) -> Array:
    return np.roll(np.arange(size), site.random.choice([-1, 1]))


def _reversed(site: Site, size: int) -> Array:
    return np.arange(size)[::-1]


# ----------------------------------------------------------------------------------------------------------------------
# terms


def _entry_term(site: Site) -> Array:
    T, (i, j) = np.zeros(site.exact.shape), site.entry()
    t = _typical(site.x)
    T[i, j] = site.magnitude * np.max(np.abs(site.exact[i]) * t) / t[j]
    return T


def _outer_term(site: Site) -> Array:
    """Of rank one, with rows and columns on the scales of the derivative's; symmetric for Hessians."""
    t, (m, n) = _typical(site.x), site.exact.shape
    largest = np.max(np.abs(site.exact) * t, axis=1)
    if site.subject.kind == "hessian":
        u = site.noise((n,)) * np.sqrt(largest / t)
        return np.outer(u, u)
    return np.outer(largest * site.noise((m,)), site.noise((n,)) / t)


def _diagonal_term(site: Site) -> Array:
    t = _typical(site.x)
    return np.diag(np.max(np.abs(site.exact) * t, axis=1) / t) * site.random.choice([-1.0, 1.0])


def _single(value: float) -> Plan:
    """An entry that is not a number, at every point."""

    def term(site: Site) -> Array:
        T = np.zeros(site.exact.shape)
        T[site.entry()] = value
        return T

    return _plus(term, normalise=False)


def _noisy_in(choose: Callable[[Site], tuple[Any, Any]]) -> Plan:
    """Entries of some rows and columns, each wrong by a factor of its own."""

    def factors(site: Site) -> Array:
        F = site.ones()
        where = choose(site)
        F[where] += site.magnitude * site.noise(F[where].shape)
        return F

    return _times(factors)


def _upper(site: Site) -> tuple[Any, Any]:
    return np.triu_indices(len(site.exact), 1)


# ----------------------------------------------------------------------------------------------------------------------
# of sparse matrices, of other formulas, and in time


def _without(choose: Callable[[Site], tuple[Any, Any]]) -> Plan:
    """The pattern lacks entries."""

    def plan(site: Site) -> Derivative:
        kept = np.ones(site.exact.shape, dtype=bool)
        kept[choose(site)] = False

        def faulty(x: Array) -> csr_array:
            A = site.subject.derivative(x).tocoo()
            keep = kept[A.coords]
            rows, columns = (c[keep] for c in A.coords)
            return csr_array((A.data[keep], (rows, columns)), shape=A.shape)

        return faulty

    return plan


def _of_differences(site: Site) -> Derivative:
    """Forward differences in place of the derivative."""

    def faulty(x: Array) -> Any:
        steps = 1e-6 * _typical(x)
        moved = (site.subject.f(x + step) for step in np.diag(steps))
        return np.stack([(y - site.subject.f(x)) / h for y, h in zip(moved, steps, strict=True)], axis=-1)

    return faulty


def _rounded(site: Site) -> Derivative:
    def faulty(x: Array) -> Any:
        D = site.subject.derivative(x)
        single = np.complex64 if "complex" in site.subject.tags else np.float32
        return D.astype(single).astype(D.dtype)

    return faulty


def _elsewhere(site: Site) -> Array:
    return site.x + site.magnitude * np.where(site.x == 0, 1.0, np.abs(site.x)) * site.noise(site.x.shape)


def _frozen(site: Site) -> Derivative:
    there = _elsewhere(site)
    return lambda _: site.subject.derivative(there)


def _lagging(site: Site, *, distinct: bool) -> Derivative:
    """Of the point of the call before, or of the last one that was another."""
    points = [_elsewhere(site)]

    def faulty(x: Array) -> Any:
        if not (distinct and np.array_equal(x, points[-1])):
            points.append(x.copy())
        return site.subject.derivative(points[-2])

    return faulty


def _transposed(site: Site) -> Derivative:
    def faulty(x: Array) -> Any:
        transpose = site.subject.derivative(x).T
        return csr_array(transpose) if issparse(transpose) else transpose

    return faulty


def _conjugated(site: Site) -> Derivative:
    return lambda x: np.conj(site.subject.derivative(x))


def _gauss_newton(site: Site) -> Derivative:
    assert site.subject.gauss_newton is not None
    return site.subject.gauss_newton


def _restless(site: Site) -> Derivative:
    def faulty(x: Array) -> Any:
        return _changed(site, factor=1 + site.magnitude * site.noise(site.exact.shape))(x)

    return faulty


def _meddling(site: Site) -> Derivative:
    def faulty(x: Array) -> Any:
        D = site.subject.derivative(x)
        x *= 1 + 2.0**-10
        return D

    return faulty


def _other_value(site: Site) -> Derivative:
    return lambda x: (site.subject.f(x) * (1 + site.magnitude), site.subject.derivative(x))


# ----------------------------------------------------------------------------------------------------------------------
# products


def product(subject: Subject, form: Form) -> Derivative:
    """The exact one, of (x, v)."""
    return _product(form, subject.derivative)


def _product(form: Form, derivative: Derivative) -> Derivative:
    if form == "vjp":
        return lambda x, w: derivative(x).T @ w
    return lambda x, v: derivative(x) @ v


def _of_product(form: Form, change: Callable[[Site, Derivative, Array, Array], Any]) -> Plan:
    """`change(site, product, x, v)` is what is returned."""
    return lambda site: partial(change, site, product(site.subject, form))


def _with_matrix(form: Form, plan: Plan) -> Plan:
    """The product with a faulty matrix."""

    return lambda site: _product(form, plan(site))


# ----------------------------------------------------------------------------------------------------------------------
# the faults


def _is_complex(subject: Subject) -> bool:
    return "complex" in subject.tags


def _graded(name: str, diagnosis: str, plan: Plan, **options: Any) -> Fault:
    return Fault(name, (diagnosis,), plan, graded=True, **options)


def _single_sized(name: str, diagnosis: str | tuple[str, ...], plan: Plan, **options: Any) -> Fault:
    return Fault(name, (diagnosis,) if isinstance(diagnosis, str) else diagnosis, plan, **options)


_FIRST: tuple[Kind, ...] = ("gradient", "jacobian")
_DENSE: tuple[Kind, ...] = ("jacobian", "hessian")
_HESSIAN: dict[str, Any] = {"kinds": ("hessian",), "rows": 2}
_SPARSE: dict[str, Any] = {"kinds": ("sparse",)}


def _matrix_faults() -> Iterable[Fault]:
    yield _graded("matrix factor", "factor", _times(_more))
    for name, value in {"sign": -1.0, "twice": 2.0, "half": 0.5, "degrees for radians": np.pi / 180}.items():
        yield _single_sized(name, "factor", _times(_exactly(value)))
    yield _graded("row factor", "row factor", _in(_a_row, _more), rows=2)
    yield _graded("column factor", "column factor", _in(_a_column, _more), columns=2)
    yield _graded("block factor", "block factor", _in(_block, _more), rows=4, columns=4)
    yield _graded("entry", "entries", _in(Site.entry, _more))
    yield _graded("entry, of its row's largest", "entries", _plus(_entry_term, normalise=False))
    yield _graded("rank-one term", "low rank", _plus(_outer_term), rows=4, columns=4, kinds=_DENSE)
    yield _graded("diagonal term", "diagonal", _plus(_diagonal_term), rows=2, square=True)
    yield _graded("offset", "offset", _plus(Site.ones), columns=3)
    yield _graded("two rows", "few rows", _noisy_in(lambda s: (s.rows(2), slice(None))), rows=6, columns=2)
    yield _graded("two columns", "few columns", _noisy_in(lambda s: (slice(None), s.columns(2))), rows=2, columns=6)
    yield _single_sized("entry zero", ("entries", "zero"), _in(Site.entry, _exactly(0.0)))
    yield _single_sized("entry sign", "entries", _in(Site.entry, _exactly(-1.0)))
    yield _single_sized("row zero", ("zero", "row factor"), _in(_a_row, _exactly(0.0)), rows=2)
    yield _single_sized("row sign", "row factor", _in(_a_row, _exactly(-1.0)), rows=2)
    yield _single_sized("column zero", ("zero", "column factor"), _in(_a_column, _exactly(0.0)), columns=2)
    yield _single_sized("column sign", "column factor", _in(_a_column, _exactly(-1.0)), columns=2)
    yield _single_sized("transposed", "transposed", _transposed, rows=2, square=True)
    for axis, what, least in ((0, "rows", {"rows": 3}), (1, "columns", {"columns": 3})):
        other = (f"{what} permuted",)
        yield _single_sized(f"two {what} swapped", (f"{what} swapped", *other), _arranged(_swapped, axis), **least)
        yield _single_sized(f"{what} shifted", (f"{what} shifted", *other), _arranged(_rolled, axis), **least)
        order = _arranged(_reversed, axis)
        yield _single_sized(f"{what} reversed", other, order, **{what: 4})
    yield _single_sized("conjugate", "conjugated", _conjugated, needs=_is_complex)
    yield _single_sized("NaN", "not finite", _single(np.nan))
    yield _single_sized("infinity", "not finite", _single(np.inf))
    yield _single_sized("float32", "precision", _rounded, columns=2, least=0.0)
    differences: dict[str, Any] = {"kinds": _FIRST, "columns": 2, "least": 0.0}
    yield _single_sized("forward differences", "precision", _of_differences, **differences)
    yield _graded("few digits", "precision", _noisy_in(lambda _: (slice(None), slice(None))), columns=3, largest=1e-2)


def _hessian_faults() -> Iterable[Fault]:
    def off_diagonal(site: Site) -> Array:
        return 2 - np.eye(len(site.exact))

    yield _graded("one triangle noisy", "asymmetric", _noisy_in(_upper), **_HESSIAN)
    for name, keep in (("upper triangle zero", np.tril), ("lower triangle zero", np.triu)):
        yield _single_sized(
            name, ("one triangle", "asymmetric"), _times(lambda s, keep=keep: keep(s.ones())), **_HESSIAN
        )
    yield _single_sized("diagonal halved", "diagonal", _times(lambda s: 1 - np.eye(len(s.exact)) / 2), **_HESSIAN)
    yield _single_sized("off-diagonal doubled", ("diagonal", "factor"), _times(off_diagonal), **_HESSIAN)
    yield _single_sized(
        "Gauss-Newton", "low rank", _gauss_newton, kinds=("hessian",), needs=lambda s: s.gauss_newton is not None
    )


def _sparse_faults() -> Iterable[Fault]:
    yield _single_sized("nonzero missing", ("missing nonzeros", "zero", "entries"), _without(Site.entry), **_SPARSE)
    yield _single_sized("row of the pattern missing", ("missing nonzeros", "zero"), _without(_a_row), **_SPARSE)
    yield _single_sized("stored zero", ("zero", "entries"), _in(Site.entry, _exactly(0.0)), **_SPARSE)


def _faults_in_time() -> Iterable[Fault]:
    yield _graded("of the call before", "stale", partial(_lagging, distinct=False))
    yield _graded("of the point before", "stale", partial(_lagging, distinct=True))
    yield Fault("the same for any x", ("constant", "stale"), _frozen, graded=True)
    yield _graded("another at every call", "nondeterministic", _restless)
    yield _single_sized("writes into x", "input changed", _meddling, behaviour=True)
    yield _graded("another value of f", "value differs", _other_value, form="pair", behaviour=True, kinds=_FIRST)


def _product_faults() -> Iterable[Fault]:
    kinds: dict[Form, tuple[Kind, ...]] = {"jvp": ("jacobian",), "vjp": ("jacobian",), "hvp": ("hessian",)}

    def absolute(site: Site, exact: Derivative, x: Array, v: Array) -> Any:
        return exact(x, v) + site.magnitude * exact(x, np.abs(v))

    def normalised(site: Site, exact: Derivative, x: Array, v: Array) -> Any:
        return exact(x, v / np.linalg.norm(v))

    for form, those in kinds.items():
        options: dict[str, Any] = {"form": form, "kinds": those}
        yield _graded(f"{form}: factor", "factor", _with_matrix(form, _times(_more)), **options)
        yield _graded(f"{form}: column factor", "column factor", _with_matrix(form, _in(_a_column, _more)), **options)
        yield _graded(f"{form}: not linear", "not linear", _of_product(form, absolute), **options)
        yield _single_sized(
            f"{form}: of a unit vector", "not linear", _of_product(form, normalised), behaviour=True, **options
        )
        if form == "hvp":
            continue
        yield _single_sized(
            f"{form}: transposed", "transposed", _with_matrix(form, _transposed), rows=2, square=True, **options
        )
        yield _single_sized(
            f"{form}: conjugate", "conjugated", _with_matrix(form, _conjugated), needs=_is_complex, **options
        )


FAULTS: tuple[Fault, ...] = (
    *_matrix_faults(),
    *_hessian_faults(),
    *_sparse_faults(),
    *_faults_in_time(),
    *_product_faults(),
)


def seed_of(*parts: Any) -> int:
    """A number that belongs to these names and numbers, whatever else is run."""
    return zlib.crc32(repr(parts).encode())


def mutants(
    subject: Subject,
    x: Array | None = None,
    *,
    magnitudes: Iterable[float] = MAGNITUDES,
    faults: Iterable[Fault] = FAULTS,
    forms: tuple[Form, ...] = ("derivative", "pair"),
    seed: int = 0,
) -> Iterator[Mutant]:
    """All mistakes that can be in a derivative, at all magnitudes."""
    x = subject.point() if x is None else x
    for fault in faults:
        if fault.form not in forms or not fault.applies(subject):
            continue
        sizes = [m for m in magnitudes if m <= fault.largest] if fault.graded else [None]
        for magnitude in sizes:
            mutant = fault.inject(
                subject, x, magnitude=magnitude, seed=seed_of(subject.name, fault.name, magnitude, seed)
            )
            if mutant is not None:
                yield mutant
