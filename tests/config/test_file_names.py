from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from batch.config.file_names import names_repeat, render, try_name

AT = datetime(2026, 11, 23, 9, 5, 7, tzinfo=ZoneInfo("UTC"))

NAMES = """
inv_{cart}_{merchant}.csv           inv_front_acme.csv
inv_{date}_{time}.csv               inv_2026-11-23_20261123T090507.csv
inv_{time:%Y%m%d%H%M%S}.csv         inv_20261123090507.csv
inv_{date:%y-%m-%d}.csv             inv_26-11-23.csv
846_{number}_{number:09}.edi        846_42_000000042.edi
"""


@pytest.mark.parametrize("row", NAMES.strip().splitlines())
def test_a_name_is_made_of_its_placeholders(row: str) -> None:
    template, name = row.split()
    assert render(try_name(template), cart="front", merchant="acme", at=AT, number=42) == name


@pytest.mark.parametrize(
    "template",
    [
        "",
        "a/b.csv",
        "a\\b.csv",
        "../{number}",
        ".hidden",
        "-rf",
        "a.csv ",
        "a:b.csv",
        "a\nb",
        "ü.csv",
        "{time:%H:%M}.csv",
        "{time:%Y/%m}.csv",
        "{}",
        "{0}",
        "{nr}",
        "{number.real}",
        "{cart[0]}",
        "{number!r}",
        "{number:>9}",
        "{number:,}",
        "{number:0999999999}",
        "{cart:9}",
        "{time:{cart}}",
        "{",
        "}",
        "{number",
        "{time:%}",
        "{time:\0}",
        "x" * 201,
    ],
)
def test_a_name_that_no_remote_should_see_is_refused(template: str) -> None:
    with pytest.raises(ValueError, match=r"allowed are|file name of"):
        try_name(template)


REPEATING = """
inv.csv                           True
{cart}_{date}.csv                 True
{time:%H%M%S}.csv                 True
{time:%Y%m%d%H%M}.csv             True
{time:%Y%m%d%I%M%S}.csv           True
{time}.csv                        False
{time:%Y%m%d%H%M%S}.csv           False
{time:%d%H%M%S}.csv               False
{number}.csv                      False
"""


@pytest.mark.parametrize("row", REPEATING.strip().splitlines())
def test_names_repeat_unless_time_to_the_second_or_a_number_keeps_them_apart(row: str) -> None:
    template, repeat = row.split()
    assert names_repeat(template) is (repeat == "True")
