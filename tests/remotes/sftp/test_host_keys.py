from __future__ import annotations

import base64
import hmac

import pytest
from hypothesis import given
from hypothesis import strategies as st

from batch.remotes.sftp.host_keys import (
    HostKeys,
    fingerprint,
    from_known_hosts,
    key_type,
    merge,
    parse_pin,
    pinned,
)
from batch.remotes.sftp.packets import string


def make(kind: str = "ssh-ed25519", fill: bytes = b"k") -> tuple[bytes, str]:
    key = string(kind) + string(fill * 32)
    return key, f"{kind} {base64.b64encode(key).decode()}"


FIRST, FIRST_LINE = make()
SECOND, SECOND_LINE = make(fill=b"s")
RSA, RSA_LINE = make("ssh-rsa")


def found(text: str, host: str = "wms.example.com", port: int = 22) -> HostKeys:
    return from_known_hosts(text, host=host, port=port)


@pytest.mark.parametrize(
    ("patterns", "host", "port", "matches"),
    [
        ("wms.example.com", "wms.example.com", 22, True),
        ("WMS.example.com", "wms.EXAMPLE.com", 22, True),
        ("wms.example.com", "wms.example.com", 2222, False),
        ("[wms.example.com]:2222", "wms.example.com", 2222, True),
        ("[wms.example.com]:2222", "wms.example.com", 22, False),
        ("other,wms.example.com,10.0.0.1", "wms.example.com", 22, True),
        ("*.example.com", "wms.example.com", 22, True),
        ("wms?.example.com", "wms1.example.com", 22, True),
        ("*.example.com,!wms.example.com", "wms.example.com", 22, False),
        ("[*.example.com]:2222", "wms.example.com", 2222, True),
        ("wms", "wms.example.com", 22, False),
    ],
)
def test_a_line_counts_for_the_hosts_it_names(patterns: str, host: str, port: int, matches: bool) -> None:
    assert found(f"{patterns} {FIRST_LINE}", host, port).accepts(FIRST) is matches


@pytest.mark.parametrize(("port", "name"), [(22, "wms.example.com"), (2222, "[wms.example.com]:2222")])
def test_a_hashed_line_counts_for_its_host_alone(port: int, name: str) -> None:
    salt = b"salt" * 5
    digest = hmac.digest(salt, name.encode(), "sha1")
    hashed = f"|1|{base64.b64encode(salt).decode()}|{base64.b64encode(digest).decode()} {FIRST_LINE}"
    assert found(hashed, port=port).accepts(FIRST)
    assert not found(hashed, "other.example.com", port).accepts(FIRST)


def test_several_keys_of_one_type_all_count() -> None:
    known = found(f"wms.example.com {FIRST_LINE}\nwms.example.com {SECOND_LINE}")
    assert known.accepts(FIRST)
    assert known.accepts(SECOND)


def test_a_line_that_cannot_be_read_is_reported_and_skipped() -> None:
    known = found(
        f"wms.example.com ssh-ed25519 !!!\nwms.example.com\n|1|broken {FIRST_LINE}\nwms.example.com {FIRST_LINE}"
    )
    assert known.accepts(FIRST)
    assert known.warnings == tuple(
        f"known_hosts line {number} is not a key that can be used; it is skipped" for number in (1, 2)
    )


def test_a_revoked_key_is_never_accepted() -> None:
    known = merge(
        [found(f"wms.example.com {FIRST_LINE}\n@revoked * {FIRST_LINE}"), parse_pin(fingerprint(FIRST))]
    )
    assert not known.accepts(FIRST)


def test_a_certificate_authority_is_no_host_key() -> None:
    assert not found(f"@cert-authority * {FIRST_LINE}").accepts(FIRST)


def test_the_types_of_pinned_keys_are_asked_for_first() -> None:
    assert parse_pin(RSA_LINE).types[0] == "ssh-rsa"
    assert parse_pin(FIRST_LINE).types[0] == "ssh-ed25519"


def test_pins_add_up() -> None:
    known = pinned([fingerprint(FIRST), RSA_LINE + " comment"])
    assert known.accepts(FIRST)
    assert known.accepts(RSA)
    assert not known.accepts(SECOND)
    assert known.shown == ", ".join(sorted([fingerprint(FIRST), fingerprint(RSA)]))


@given(st.text())
def test_any_text_is_read_as_known_hosts(text: str) -> None:
    assert not found(text).accepts(FIRST)


@given(st.binary(max_size=100))
def test_no_key_is_accepted_that_was_not_pinned(key: bytes) -> None:
    assert pinned([FIRST_LINE]).accepts(key) is (key == FIRST)
    assert isinstance(key_type(key), str)
