"""A version that is asked for is the one that is opened, or nothing is."""

import pytest

import microtome
from microtome.errors import VersionChanged


def test_the_version_that_is_served_opens(server, digits):
    assert microtome.open(server.url, "digits", version=digits.version).version == digits.version


def test_another_version_is_refused_with_the_one_that_is_served(server, digits):
    with pytest.raises(VersionChanged, match=digits.version) as caught:
        microtome.open(server.url, "digits", version="0" * 16)
    assert caught.value.version == digits.version


def test_a_version_without_a_dataset_says_nothing(server):
    with pytest.raises(ValueError, match="dataset"):
        microtome.open(server.url, version="0" * 16)
