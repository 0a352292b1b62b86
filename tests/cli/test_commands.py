"""The commands as Typer knows them."""

from __future__ import annotations

import pytest
from typer.testing import CliRunner

from batch.cli.app import COMMANDS, Commands, app


@pytest.mark.parametrize("name", COMMANDS)
def test_a_command_is_called_as_it_is_listed(name: str) -> None:
    assert Commands()[name].name == name


def test_help_lists_every_command_in_order() -> None:
    listed = CliRunner().invoke(app, ["--help"]).output.partition("Commands:")[2]
    assert [line.split()[0] for line in listed.splitlines() if line[:3].strip()] == list(COMMANDS)


def test_a_mistyped_command_is_answered_with_the_one_that_is_meant() -> None:
    answered = CliRunner().invoke(app, ["statsu"])
    assert answered.exit_code == 2
    assert "Did you mean 'status'" in answered.output


def test_a_configuration_may_be_called_as_a_command() -> None:
    assert "--watch" in CliRunner().invoke(app, ["-c", "run", "status", "--help"]).output
