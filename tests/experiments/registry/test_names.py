"""What people call experiments, for lists of other rooms."""

import pytest
from pytest_django import DjangoAssertNumQueries

from experiments import registry
from tests.experiments.designs import running


@pytest.mark.django_db
def test_names_come_by_key_and_unknown_ones_are_left_out(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    made = running()

    with django_assert_num_queries(2):
        known = registry.names([made.key, made.key, "unknown"])

    assert list(known) == [made.key]
    assert known[made.key].title == made.title
    assert set(known[made.key].variants) == {variant.key for variant in made.variants.all()}
