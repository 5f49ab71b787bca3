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

_CERTAIN = 1.0
"""A difference of so many square roots of eps, relative to the same sums, is no rounding of any kind. In between lie
products that solve a linear system: each is right to as many digits as that is well-conditioned."""


def _judged(
    residual: Residual, vectors: list[npt.NDArray[Any]], tolerance: float, words: str, kind: str, advice: str
) -> tuple[Finding | str, ...]:
    """A finding where two things differ that should not; a note where an ill-conditioned system may be why."""
    one, other, terms = residual(vectors)
    count = max(sum(v.size for v in vectors), 2)
    epsilon = float(np.finfo(np.asarray(one).dtype).eps)
    allowed = (_ROUNDING * epsilon * float(np.log2(count)) + 4 * tolerance) * terms
    size = float(np.max(np.abs(one - other), initial=0.0))
    if not np.isfinite(size) or size <= allowed:
        return ()  # what is not finite is said elsewhere
    text = f"{words} by {size:.2g}; rounding explains {allowed:.1g}"
    if size <= (_CERTAIN * float(np.sqrt(epsilon)) + 4 * tolerance) * terms:
        return (f"{text}. Products that solve a linear system have more rounding, of its condition number",)
    return (Finding(kind, text, advice=advice),)


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
) -> tuple[Finding | str, ...]:
    """A finding if products of a sum, and of a multiple, of vectors are not the sum and the multiple of products."""

    def residual(vectors: list[npt.NDArray[Any]]) -> tuple[npt.NDArray[Any], npt.NDArray[Any], float]:
        u, v = vectors
        one, other, both = product(x, u), product(x, v), product(x, 3 * u - 2 * v)
        terms = 3 * np.abs(one) + 2 * np.abs(other)
        return both, 3 * one - 2 * other, float(np.max(terms, initial=0.0))

    vectors = _vectors(x.shape if shape is None else shape, random)
    words = (
        f"{name} is not linear in its vector: products with 3u − 2v, and 3 times that with u less 2 times that with v, "
        "differ"
    )
    advice = "A product with a derivative is linear: look for a vector that is normalised"
    return _judged(residual, vectors, tolerance, words, "not linear", advice)


def symmetric(
    product: Product, x: npt.NDArray[Any], random: np.random.Generator, name: str, tolerance: float
) -> tuple[Finding | str, ...]:
    """A finding if u · (H v) is not v · (H u)."""

    def residual(vectors: list[npt.NDArray[Any]]) -> tuple[npt.NDArray[Any], npt.NDArray[Any], float]:
        u, v = vectors
        hu, hv = product(x, u), product(x, v)
        if hu.size != u.size:
            return np.zeros(1), np.zeros(1), 0.0  # said elsewhere
        one, other = u.ravel() * hv.ravel(), v.ravel() * hu.ravel()
        return np.sum(one), np.sum(other), float(np.sum(np.abs(one)) + np.sum(np.abs(other)))

    words = f"{name} is not symmetric: u · (H v) and v · (H u) differ"
    advice = "A Hessian is symmetric: look for a transpose, or a term in one of the two"
    return _judged(residual, _vectors(x.shape, random), tolerance, words, "asymmetric", advice)


def adjoint(
    subject: Subject,
    jvp: Product,
    vjp: Product,
    x: npt.NDArray[Any],
    random: np.random.Generator,
    tolerance: float,
) -> tuple[Finding | str, ...]:
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
    words = "jvp and vjp are not of the same Jacobian: w · (J v) and (wᵀ J) · v differ"
    advice = "The check of each against f tells which is wrong"
    return _judged(residual, vectors, tolerance, words, "not adjoint", advice)
