"""Copies of colourings, and files: those that save wrote, and all others."""

from __future__ import annotations

import copy
import pickle
import re
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from numpy.testing import assert_array_equal

import colorings
from colorings import MADE, P
from secant import Coloring

if TYPE_CHECKING:
    from pathlib import Path


def copies(coloring: Coloring, path: Path) -> list[Coloring]:
    """All ways to have it again."""
    coloring.save(path)
    pickled = [pickle.loads(pickle.dumps(coloring, protocol)) for protocol in range(2, pickle.HIGHEST_PROTOCOL + 1)]
    return [Coloring.load(path), Coloring.load(str(path)), copy.copy(coloring), copy.deepcopy(coloring), *pickled]


@pytest.mark.parametrize("name", MADE)
def test_copies_are_the_same(name: str, tmp_path: Path) -> None:
    coloring = MADE[name]
    matrix = colorings.integers_on(coloring.pattern, coloring.structure == "symmetric")
    for other in copies(coloring, tmp_path / "exactly this name"):
        assert other == coloring
        assert hash(other) == hash(coloring)
        assert (str(other), repr(other), other.kind) == (str(coloring), repr(coloring), coloring.kind)
        assert_array_equal(other.decompress(coloring.compress(matrix)).toarray(), matrix.toarray())


def test_a_file_has_the_name_it_was_given(tmp_path: Path) -> None:
    MADE["star"].save(tmp_path / "exactly this name")
    assert [path.name for path in tmp_path.iterdir()] == ["exactly this name"]


@pytest.mark.parametrize("name", ["column", "bidirectional, substitution", "acyclic"])
def test_damaged_files_are_refused(name: str, tmp_path: Path) -> None:
    # A flipped byte may fall between the parts of the archive, where it means nothing: then nothing is lost.
    path, damaged = tmp_path / "whole.npz", tmp_path / "damaged.npz"
    MADE[name].save(path)
    whole = path.read_bytes()
    refused = 0
    for place in range(0, len(whole), 5):
        for content in (whole[:place], whole[:place] + bytes([whole[place] ^ 0xFF]) + whole[place + 1 :]):
            damaged.write_bytes(content)
            try:
                assert Coloring.load(damaged).pattern == MADE[name].pattern
            except ValueError:
                refused += 1
    assert refused > len(whole) / 5


def test_files_that_are_none(tmp_path: Path) -> None:
    contents = {"text.npz": b"colours", "empty.npz": b"", "zip.npz": b"PK\x05\x06" + bytes(18)}
    for name, content in contents.items():
        (tmp_path / name).write_bytes(content)
    np.save(tmp_path / "array.npy", np.zeros(3))
    np.savez(tmp_path / "objects.npz", kind=np.array([None, {}]), shape=[1, 1])
    P.banded(5, 1).save(tmp_path / "pattern.npz")
    (tmp_path / "pickle.npz").write_bytes(pickle.dumps(MADE["star"]))
    for path in tmp_path.iterdir():
        with pytest.raises(ValueError, match=rf"{re.escape(str(path))} is no file that Coloring\.save wrote"):
            Coloring.load(path)
    with pytest.raises(FileNotFoundError):
        Coloring.load(tmp_path / "nothing.npz")


@pytest.mark.parametrize(
    "changed",
    [
        {"kind": None},
        {"kind": np.array(["nonsymmetric"])},
        {"kind": np.array(["diagonal", "direct"])},
        {"kind": np.array(["symmetric", "direct"])},
        {"kind": np.array(3)},
        {"shape": np.array(5)},
        {"shape": np.array([5])},
        {"shape": np.array([5.5, 5.0])},
        {"shape": np.array([5, 6])},
        {"shape": np.array([4, 2])},
        {"shape": np.array([-5, 6])},
        {"indices": np.array(3)},
        {"indices": np.zeros((2, 2), int)},
        {"indices": np.full(11, 99)},
        {"indices": np.full(11, -1)},
        {"indices": np.zeros(11, int)},
        {"indptr": np.arange(3)},
        {"indptr": np.array([0, 2, 5, 8, 12])},
        {"indptr": np.array([0, 8, 5, 2, 11])},
        {"row_colors": None},
        {"row_colors": np.zeros(4)},
        {"row_colors": np.zeros(4, int)},
        {"row_colors": np.zeros(3, int)},
        {"row_colors": np.array(["a"] * 4)},
        {"column_colors": np.zeros(5, int)},
    ],
    ids=str,
)
def test_contents_that_do_not_fit_are_refused(changed: dict[str, Any], tmp_path: Path) -> None:
    path = tmp_path / "changed.npz"
    MADE["row"].save(path)
    with np.load(path) as file:
        contents = dict(file)
    np.savez(path, **contents)
    assert Coloring.load(path) == MADE["row"]
    np.savez(path, **{name: array for name, array in (contents | changed).items() if array is not None})
    with pytest.raises(ValueError):
        Coloring.load(path)
