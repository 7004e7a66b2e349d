from dataclasses import replace

import pytest

from experiments.assignment.hashing import Purpose
from experiments.assignment.sql import Dialect, assignment_sql, bucket_sql
from experiments.errors import InvalidDefinition
from tests.vectors.assignment import definition

SALT = "kX3_vT9-aB2mQ7pR"


def test_the_bucket_of_a_qualified_column() -> None:
    sql = bucket_sql(Dialect.POSTGRESQL, Purpose.LAYER, SALT, "customers.customer_id")

    assert sql == (
        "(('x' || substr(encode(sha256(convert_to('l:kX3_vT9-aB2mQ7pR:' || customers.customer_id, "
        "'UTF8')), 'hex'), 1, 13))::bit(52)::bigint) % 10000"
    )


@pytest.mark.parametrize("column", ["", "1a", "a b", "a'b", 'a"b', "a;b", "a.b.c", "a--", "ü"])
def test_a_column_that_is_no_name_is_refused(column: str) -> None:
    with pytest.raises(InvalidDefinition, match="column = "):
        bucket_sql(Dialect.DUCKDB, Purpose.EXPERIMENT, SALT, column)


def test_targeting_is_refused_because_sql_would_overlook_it() -> None:
    targeted = replace(definition("halves"), targeting={"attribute": "tier", "equals": "pro"})

    with pytest.raises(InvalidDefinition, match=r"targeting = .*must be empty"):
        assignment_sql(targeted, Dialect.DUCKDB)
