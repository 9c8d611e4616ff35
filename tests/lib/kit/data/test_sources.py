"""A notebook always says which data it uses."""

import pytest

from lib.kit.data import describe_data


def test_each_source_is_named() -> None:
    assert "not IMDB" in describe_data("sample", "mnist")
    assert "70,000 digits of MNIST" in describe_data("sample", "mnist")
    assert "not MNIST" in describe_data("imdb", "sample")


def test_a_misspelt_source_is_refused_with_the_choices() -> None:
    with pytest.raises(ValueError, match="no data source 'mnits'; choose one of sample, mnist"):
        describe_data("sample", "mnits")  # type: ignore[arg-type]
