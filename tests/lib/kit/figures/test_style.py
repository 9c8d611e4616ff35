"""The colours can be told apart, also by those who see fewer of them."""

import itertools

import numpy as np
import pytest
from matplotlib import pyplot as plt
from matplotlib.colors import to_rgb

from lib.kit.figures.style import BLUE, GREEN, GREY, ORANGE, subplots

# Machado, Oliveira & Fernandes (2009): severity 1, on linear RGB.
DEFICIENCIES = {
    "none": np.eye(3),
    "protan": [[0.152, 1.053, -0.205], [0.115, 0.786, 0.099], [-0.004, -0.048, 1.052]],
    "deutan": [[0.367, 0.861, -0.228], [0.280, 0.673, 0.047], [-0.012, 0.043, 0.969]],
    "tritan": [[1.256, -0.077, -0.179], [-0.078, 0.931, 0.148], [0.005, 0.691, 0.304]],
}


def linear(color: str) -> np.ndarray:
    rgb = np.array(to_rgb(color))
    return np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)


@pytest.mark.parametrize("deficiency", DEFICIENCIES)
def test_colours_differ(deficiency: str) -> None:
    seen = [DEFICIENCIES[deficiency] @ linear(color) for color in (BLUE, ORANGE, GREEN, GREY)]
    for one, other in itertools.combinations(seen, 2):
        assert np.linalg.norm(np.clip(one, 0, 1) - np.clip(other, 0, 1)) > 0.05


def test_a_figure_brings_its_own_ground() -> None:
    with subplots(1, 2, (3, 1)) as (figure, axes):
        pass
    assert figure.get_facecolor() == (1, 1, 1, 1)
    assert len(axes) == 2
    plt.close(figure)
