from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from batch.config import problems
from batch.config.report.problems import collect
from batch.config.report.redact import without_secrets

SECRET = "hunter2-correct-horse"
SCHEMES = ["sftp://", "ftp://", "SFTP://", " sftp://", "x sftp://", ""]


@pytest.mark.parametrize(
    "line",
    [
        f'password = "{SECRET}"',
        f'Password = "{SECRET}"',
        f'passphrase = "{SECRET}"',
        f'passwrod = "{SECRET}"',
        f'pasword = "{SECRET}"',
        f'password.value = "{SECRET}"',
        f'password = ["{SECRET}", {{ x = "{SECRET}" }}]',
        f'password_env = "{SECRET}"',
        f'password_env = ["{SECRET}"]',
        f'password_file = "{SECRET}\\u0000"',
        f'api_key = "{SECRET}"',
        f'auth_token = "{SECRET}"',
        f'url = "sftp://ferry:{SECRET}@wms.example.com/x"',
        f'url = "sftp://:{SECRET}@wms.example.com"',
        f'url = "sftp://ferry:/{SECRET}@wms.example.com"',
        f'url = "sftp://ferry@corp.com:{SECRET}@wms.example.com"',
        f'url = "ferry:{SECRET}@wms.example.com"',
        f'url = "gopher://ferry:{SECRET}@wms.example.com"',
        f'key_file = "-----BEGIN OPENSSH PRIVATE KEY-----\\n{SECRET}"',
        f'secret = "{SECRET}',
    ],
)
def test_a_secret_that_stands_in_the_file_is_reported_and_never_printed(line: str, tmp_path) -> None:  # noqa: ANN001 - pytest's
    file = tmp_path / "stockferry.toml"
    file.write_text(f'[account]\nname = "T"\n[remotes.wms]\n{line}\n')
    found = problems(file)
    assert found
    assert SECRET not in repr(found)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    scheme=st.sampled_from(SCHEMES[:5]),
    user=st.text("ab.@%", max_size=4),
    host=st.sampled_from(["h", "h:22", "h:22/x", ""]),
)
def test_no_spelling_of_a_url_lets_its_password_through(scheme: str, user: str, host: str, tmp_path) -> None:  # noqa: ANN001 - pytest's
    file = tmp_path / "stockferry.toml"
    file.write_text(f'[account]\nname = "T"\n[remotes.wms]\nurl = "{scheme}{user}:{SECRET}@{host}"\n')
    assert SECRET not in repr(problems(file))


@pytest.mark.parametrize(
    "url",
    ["sftp://ferry@wms.example.com:2222/out@home", "sftp://ferry@wms.example.com", "./wms:a@b", "/srv/a:b@c"],
)
def test_a_url_without_password_is_left_alone(url: str) -> None:
    document = {"remotes": {"wms": {"url": url}}}
    assert collect(without_secrets(document)) == (document, [])


def test_names_that_the_operator_chooses_are_no_secrets() -> None:
    document = {
        "merchants": {
            "secretgarden": {"inventory": [{"columns": {"sku": "Token"}, "attributes": {"token": "T"}}]}
        },
        "remotes": {"password": {"password_env": "P", "passphrase_file": "f"}},
    }
    assert collect(without_secrets(document)) == (document, [])


def test_one_secret_is_one_problem_because_the_rest_is_read_as_if_it_were_cured() -> None:
    document = {"remotes": {"wms": {"password": SECRET}, "b": {"password": SECRET, "password_file": "f"}}}
    clean, found = collect(without_secrets(document))
    assert clean["remotes"] == {"wms": {"password_env": "STOCKFERRY_SECRET"}, "b": {"password_file": "f"}}
    assert [finding.message for finding in found] == [
        "a secret does not stand here; use password_env or password_file to say where it is",
        "a secret does not stand here; password_file says where it is, so remove this line",
    ]
