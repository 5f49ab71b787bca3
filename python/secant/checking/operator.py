"""A derivative that is given by its products with vectors."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from secant.checking.derivative import Returned, Tested, WrongShapeError, as_array, without_ones

if TYPE_CHECKING:
    from collections.abc import Callable

    import numpy.typing as npt

    from secant.checking.derivative import Matrix


class Operator:
    """A matrix at a point that can only be multiplied by vectors from the right.

    Parameters
    ----------
    multiply : callable
        Takes a flat vector, returns the flat product.
    shape : (m, n)
        Of the matrix.
    probe : ndarray, (m,)
        Its product with some vector, which is the same for all points.
    """

    def __init__(
        self, multiply: Callable[[npt.NDArray[Any]], npt.NDArray[Any]], shape: tuple[int, int], probe: npt.NDArray[Any]
    ) -> None:
        self._multiply = multiply
        self.shape = shape
        self.probe = probe

    def __matmul__(self, v: npt.NDArray[Any]) -> npt.NDArray[Any]:
        return self._multiply(v)

    def __abs__(self) -> Operator:
        """Sizes of terms are not known; those of sums stand for them."""
        return Operator(lambda v: np.abs(self._multiply(v)), self.shape, np.abs(self.probe))


class TestedProduct(Tested):
    """Products of a derivative with vectors, under test.

    Parameters
    ----------
    product : callable
        Takes x and v, shaped like x; returns the product, which has the shape of a row index.
    name : str
        What it is called in messages.
    v : ndarray
        A vector to call it with where any will do.
    """

    def __init__(self, product: Callable[[Any, Any], Any], name: str, v: npt.NDArray[Any]) -> None:
        super().__init__(lambda x: product(x, np.array(v)[()]), name)
        self._product = product
        self._v = v

    def read(self, raw: Any, x: npt.NDArray[Any], outputs: tuple[int, ...]) -> Returned:
        """An operator, of the product with the vector at hand."""
        at = np.array(x)

        def multiply(v: npt.NDArray[Any]) -> npt.NDArray[Any]:
            self.calls += 1
            copy = np.array(at)
            return self._flat(self._product(copy[()], np.array(v).reshape(at.shape)[()]), outputs)

        shape = (int(np.prod(outputs)), x.size)
        return Returned(Operator(multiply, shape, self._flat(raw, outputs)))

    def _flat(self, raw: Any, outputs: tuple[int, ...]) -> npt.NDArray[Any]:
        array = np.array(as_array(raw, self.name))
        if without_ones(array.shape) != without_ones(outputs):
            raise WrongShapeError(array.shape, outputs, array)
        return array.ravel()


def stored_values(matrix: Matrix) -> npt.NDArray[Any]:
    """What is known of the numbers in a matrix: all that it stores, or a product."""
    if isinstance(matrix, Operator):
        return matrix.probe
    return matrix if isinstance(matrix, np.ndarray) else matrix.data
