"""What a derivative is held against: adaptive estimates of it, which never use it."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, Any

import numpy as np

from secant import derivatives, methods, products
from secant.checking.entries import Estimated
from secant.sparsity import SparsityPattern

if TYPE_CHECKING:
    import numpy.typing as npt

    from secant.checking.derivative import Matrix
    from secant.checking.subject import Reach, Subject
    from secant.estimate import Estimate


class Reference(ABC):
    """A way to estimate a derivative of a function.

    Parameters
    ----------
    subject : Subject
        The function.
    """

    def __init__(self, subject: Subject) -> None:
        self.subject = subject

    @abstractmethod
    def outputs(self, x: npt.NDArray[Any], value: npt.NDArray[Any]) -> tuple[int, ...]:
        """The shape of the derivative at x, without that of x at its end."""

    @abstractmethod
    def estimate(self, x: npt.NDArray[Any]) -> Estimated:
        """All entries at x, in order of rows."""

    @abstractmethod
    def estimate_sparse(self, x: npt.NDArray[Any], pattern: SparsityPattern) -> Estimated:
        """The entries of a pattern at x, in order of rows."""

    @abstractmethod
    def again(
        self, x: npt.NDArray[Any], columns: npt.NDArray[np.intp], reach: Reach
    ) -> tuple[Estimated, npt.NDArray[np.intp]]:
        """Entries of some columns at x by other steps, and where they are: row * number of columns + column."""

    @abstractmethod
    def along(self, x: npt.NDArray[Any], v: npt.NDArray[Any]) -> Estimated:
        """What `product` should be, from differences along one direction: k numbers."""

    @abstractmethod
    def product(self, matrix: Matrix, v: npt.NDArray[Any]) -> npt.NDArray[Any]:
        """What differences along v tell of a derivative, (k,)."""

    def _count(self, found: Estimate) -> Estimate:
        self.subject.evaluations += found.evaluations
        return found


class FirstDerivatives(Reference):
    """Of the function's values: gradients, Jacobians, and Hessians by their gradient."""

    def outputs(self, x: npt.NDArray[Any], value: npt.NDArray[Any]) -> tuple[int, ...]:  # noqa: D102, ARG002
        return value.shape

    def estimate(self, x: npt.NDArray[Any]) -> Estimated:  # noqa: D102
        subject = self.subject
        jacobian = derivatives.Jacobian(subject.f, method=subject.method, **subject.options)  # type: ignore[arg-type]
        return estimated(self._count(jacobian.estimate(*subject.at(x))))

    def estimate_sparse(self, x: npt.NDArray[Any], pattern: SparsityPattern) -> Estimated:  # noqa: D102
        subject = self.subject
        jacobian = derivatives.Jacobian(
            subject.f,
            method=subject.method,
            sparsity=pattern,
            verify="never",
            **subject.options,  # type: ignore[arg-type]
        )
        return estimated(self._count(jacobian.estimate(*subject.at(x))))

    def again(  # noqa: D102
        self, x: npt.NDArray[Any], columns: npt.NDArray[np.intp], reach: Reach
    ) -> tuple[Estimated, npt.NDArray[np.intp]]:
        part = self.subject.in_columns(x, columns, reach)
        found = estimated(part.differentiated(derivatives.jacobian), part.scale)
        return found, _places(found.value.size, x.size, columns)

    def coarse(
        self, x: npt.NDArray[Any], columns: npt.NDArray[np.intp], step: float, order: int
    ) -> tuple[npt.NDArray[Any], npt.NDArray[np.intp], npt.NDArray[np.float64]]:
        """Entries of some columns by differences of one step, in shares of scales; where they are; the steps."""
        part = self.subject.in_columns(x, columns, "wider")
        found = part.differentiated(derivatives.jacobian, methods.FiniteDifference("central", order, step=step))
        values = np.ravel(found.value)
        units = np.resize(part.scale, values.size)
        return values / units, _places(values.size, x.size, columns), step * units

    def product(self, matrix: Matrix, v: npt.NDArray[Any]) -> npt.NDArray[Any]:  # noqa: D102
        return np.asarray(matrix @ v.ravel())  # J v: a number for each row

    def along(self, x: npt.NDArray[Any], v: npt.NDArray[Any]) -> Estimated:  # noqa: D102
        subject = self.subject
        found = products.jvp(
            subject.f,
            x[()] if x.ndim == 0 else x,
            v,
            args=subject.args,
            method=subject.method,
            full_output=True,
            **subject.options,  # type: ignore[arg-type]
        )
        return estimated(self._count(found))


class SecondDerivatives(Reference):
    """Hessians by the function's values."""

    def outputs(self, x: npt.NDArray[Any], value: npt.NDArray[Any]) -> tuple[int, ...]:  # noqa: D102
        return (*value.shape, *x.shape)

    def estimate(self, x: npt.NDArray[Any]) -> Estimated:  # noqa: D102
        subject = self.subject
        hessian = derivatives.Hessian(subject.f, method=subject.method, **subject.options)  # type: ignore[arg-type]
        return estimated(self._count(hessian.estimate(*subject.at(x))))

    def estimate_sparse(self, x: npt.NDArray[Any], pattern: SparsityPattern) -> Estimated:  # noqa: D102
        subject = self.subject
        whole = pattern | pattern.T
        hessian = derivatives.Hessian(
            subject.f,
            method=subject.method,
            sparsity=whole,
            verify="never",
            **subject.options,  # type: ignore[arg-type]
        )
        found = estimated(self._count(hessian.estimate(*subject.at(x))))
        if whole == pattern:
            return found
        places, wanted = (p.coordinates()[0].astype(np.int64) * x.size + p.coordinates()[1] for p in (whole, pattern))
        return found.at(np.searchsorted(places, wanted))

    def again(  # noqa: D102
        self, x: npt.NDArray[Any], columns: npt.NDArray[np.intp], reach: Reach
    ) -> tuple[Estimated, npt.NDArray[np.intp]]:
        part = self.subject.in_columns(x, columns, reach)
        found = estimated(part.differentiated(derivatives.hessian), part.scale, part.scale)
        outputs = np.arange(found.value.size // max(columns.size, 1) ** 2)
        rows = outputs[:, np.newaxis] * x.size + columns
        return found, (rows.reshape(-1, 1) * x.size + columns).ravel()

    def product(self, matrix: Matrix, v: npt.NDArray[Any]) -> npt.NDArray[Any]:  # noqa: D102
        flat = v.ravel()  # vᵀ H v: a number for each output
        return np.asarray((matrix @ flat).reshape(-1, flat.size) @ flat)

    def along(self, x: npt.NDArray[Any], v: npt.NDArray[Any]) -> Estimated:  # noqa: D102
        subject = self.subject

        def on_line(t: Any) -> Any:
            return np.ravel(subject.value(subject.moved(x, np.asarray(t[0] * v))))

        found = derivatives.hessian(on_line, np.zeros(1), bounds=subject.interval(x, v), full_output=True)
        return estimated(found)


def _places(size: int, n: int, columns: npt.NDArray[np.intp]) -> npt.NDArray[np.intp]:
    rows = np.arange(size // max(columns.size, 1))
    return np.asarray((rows[:, np.newaxis] * n + columns).ravel())


def estimated(
    found: Estimate,
    column_scale: npt.NDArray[np.float64] | None = None,
    row_scale: npt.NDArray[np.float64] | None = None,
) -> Estimated:
    """The numbers of an estimate, flat; divided by scales of its last dimension, and of the last but one."""

    def flat(values: Any) -> npt.NDArray[Any]:
        return np.ravel(values.data if hasattr(values, "indptr") else values)

    value, status = flat(found.value), flat(found.status)
    error = np.asarray(flat(found.error), dtype=np.float64)
    spread = np.zeros(value.shape)
    if found.slopes is not None:
        slopes = np.asarray(found.slopes).reshape(-1, 2)
        spread = np.minimum(np.nan_to_num(np.abs(slopes[:, 1] - slopes[:, 0]) / 2, nan=0.0), error)
    if column_scale is not None:
        units = column_scale if row_scale is None else np.outer(row_scale, column_scale).ravel()
        units = np.resize(units, value.size)  # repeated for all rows
        value, error, spread = value / units, error / units, spread / units
    return Estimated(value, error, spread, status)
