"""Whether products of a derivative with vectors belong together: linear, symmetric, of one matrix from both sides."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from secant.checking.finding import Finding

if TYPE_CHECKING:
    from collections.abc import Callable

    import numpy.typing as npt

    from secant.checking.subject import Subject

    Product = Callable[[Any, Any], npt.NDArray[Any]]
    """Takes x and a vector, and returns an array of its own."""

    Residual = Callable[[list[npt.NDArray[Any]]], tuple[npt.NDArray[Any], npt.NDArray[Any], float]]
    """Two things that should be equal for some vectors, and the sum of the magnitudes that they are sums of."""

_ROUNDING = 64.0
"""Sums of products may differ by so many units in the last place of the sums of their magnitudes, times log2 of
their number."""

_SAMPLES, _FACTOR = 4, 256.0
"""How often vectors are changed in their last places, and how many times what changes then is rounding: that of a
factorisation is the same for all of them."""


def _beyond(
    residual: Residual, vectors: list[npt.NDArray[Any]], tolerance: float, random: np.random.Generator
) -> tuple[float, float] | None:
    """How far two things differ and what rounding comes to, where they differ by more than that.

    Products that solve a linear system lose as many digits as that is ill-conditioned: it shows in each of the two
    where vectors change in their last places.
    """
    one, other, terms = residual(vectors)
    gap = np.asarray(one - other)
    count = max(sum(v.size for v in vectors), 2)
    epsilon = float(np.finfo(gap.dtype).eps)
    allowed = (_ROUNDING * epsilon * float(np.log2(count)) + 4 * tolerance) * terms
    size = float(np.max(np.abs(gap), initial=0.0))
    if not np.isfinite(size) or size <= allowed:
        return None  # what is not finite is said elsewhere
    shown = 0.0
    for _ in range(_SAMPLES):
        beside = [v + random.integers(-2, 3, v.shape) * np.spacing(np.abs(v)) for v in vectors]
        changes = [np.abs(now - before) for now, before in zip(residual(beside), (one, other), strict=False)]
        shown = max(shown, *(float(np.max(change, initial=0.0)) for change in changes))
    allowed += _FACTOR * shown
    return None if size <= allowed else (size, allowed)


def _vectors(shape: tuple[int, ...], random: np.random.Generator) -> list[npt.NDArray[Any]]:
    sign = np.where(random.random((2, *shape)) < 0.5, -1.0, 1.0)
    return [np.asarray(v) for v in sign * random.uniform(0.5, 1.0, (2, *shape))]


def linear(
    product: Product,
    x: npt.NDArray[Any],
    random: np.random.Generator,
    name: str,
    tolerance: float,
    shape: tuple[int, ...] | None = None,
) -> tuple[Finding, ...]:
    """A finding if products of a sum, and of a multiple, of vectors are not the sum and the multiple of products."""

    def residual(vectors: list[npt.NDArray[Any]]) -> tuple[npt.NDArray[Any], npt.NDArray[Any], float]:
        u, v = vectors
        one, other, both = product(x, u), product(x, v), product(x, 3 * u - 2 * v)
        terms = 3 * np.abs(one) + 2 * np.abs(other)
        return both, 3 * one - 2 * other, float(np.max(terms, initial=0.0))

    vectors = _vectors(x.shape if shape is None else shape, random)
    found = _beyond(residual, vectors, tolerance, random)
    if found is None:
        return ()
    text = (
        f"{name} is not linear in its vector: the product with 3u − 2v is {found[0]:.2g} off 3 times that with u less "
        f"2 times that with v, and rounding explains {found[1]:.1g}"
    )
    return (Finding("not linear", text, advice="A product with a derivative is: look for a vector that is normalised"),)


def symmetric(
    product: Product, x: npt.NDArray[Any], random: np.random.Generator, name: str, tolerance: float
) -> tuple[Finding, ...]:
    """A finding if u · (H v) is not v · (H u)."""

    def residual(vectors: list[npt.NDArray[Any]]) -> tuple[npt.NDArray[Any], npt.NDArray[Any], float]:
        u, v = vectors
        hu, hv = product(x, u), product(x, v)
        if hu.size != u.size:
            return np.zeros(1), np.zeros(1), 0.0  # said elsewhere
        one, other = u.ravel() * hv.ravel(), v.ravel() * hu.ravel()
        return np.sum(one), np.sum(other), float(np.sum(np.abs(one)) + np.sum(np.abs(other)))

    found = _beyond(residual, _vectors(x.shape, random), tolerance, random)
    if found is None:
        return ()
    text = (
        f"{name} is not symmetric: u · (H v) and v · (H u) differ by {found[0]:.2g}; rounding explains {found[1]:.1g}"
    )
    advice = "A Hessian is symmetric: look for a transpose, or a term in one of the two"
    return (Finding("asymmetric", text, advice=advice),)


def adjoint(
    subject: Subject,
    jvp: Product,
    vjp: Product,
    x: npt.NDArray[Any],
    random: np.random.Generator,
    tolerance: float,
) -> tuple[Finding, ...]:
    """The dot-product test: J. F. Claerbout, Earth Soundings Analysis (1992), section 5.1."""
    value = subject.value(x)

    def residual(vectors: list[npt.NDArray[Any]]) -> tuple[npt.NDArray[Any], npt.NDArray[Any], float]:
        v, w = vectors
        forward, backward = jvp(x, v), vjp(x, w)
        if forward.size != w.size or backward.size != v.size:
            return np.zeros(1), np.zeros(1), 0.0  # said elsewhere
        one, other = w.ravel() * forward.ravel(), backward.ravel() * v.ravel()
        return np.sum(one), np.sum(other), float(np.sum(np.abs(one)) + np.sum(np.abs(other)))

    vectors = [_vectors(x.shape, random)[0], _vectors(value.shape, random)[0]]
    found = _beyond(residual, vectors, tolerance, random)
    if found is None:
        return ()
    text = (
        f"jvp and vjp are not of the same Jacobian: w · (J v) and (wᵀ J) · v differ by {found[0]:.2g}; "
        f"rounding explains a difference of {found[1]:.1g}"
    )
    return (Finding("not adjoint", text, advice="The check of each against f tells which is wrong"),)
