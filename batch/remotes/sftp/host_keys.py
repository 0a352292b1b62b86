"""Which host keys are accepted: pins from the configuration, and a known_hosts file read by our own rules.

Unlike most readers of known_hosts: several keys of one type for a host all count (so that a partner can rotate
keys), `@revoked` is honoured, and a line that cannot be read is reported and skipped.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase

ALLOWED = '"SHA256:…" as ssh-keygen -l shows it, or a public key "ssh-ed25519 AAAA…"'
ALGORITHMS = {
    "ssh-ed25519": ("ssh-ed25519",),
    "ecdsa-sha2-nistp256": ("ecdsa-sha2-nistp256",),
    "ecdsa-sha2-nistp384": ("ecdsa-sha2-nistp384",),
    "ecdsa-sha2-nistp521": ("ecdsa-sha2-nistp521",),
    "ssh-rsa": ("rsa-sha2-512", "rsa-sha2-256"),
}
"""Type of a key → the algorithms a server may prove it with, best first."""


@dataclass(frozen=True, kw_only=True)
class HostKeys:
    """What is known of one server. `keys` and `revoked`: public keys in SSH's wire form.

    `warnings`: what could not be used, a sentence each.
    """

    keys: frozenset[bytes] = frozenset()
    fingerprints: frozenset[str] = frozenset()
    revoked: frozenset[bytes] = frozenset()
    warnings: tuple[str, ...] = ()

    def accepts(self, key: bytes) -> bool:
        known = key in self.keys or fingerprint(key) in self.fingerprints
        return known and key not in self.revoked

    @property
    def types(self) -> tuple[str, ...]:
        """The types to ask the server for: those of the pinned keys first, so that a server with several shows one.

        The others follow, so that a key of another type is seen and named rather than "no common algorithm".
        """
        wanted = {key_type(key) for key in self.keys}
        return tuple(sorted(ALGORITHMS, key=lambda kind: kind not in wanted))

    @property
    def shown(self) -> str:
        """All that is accepted, as fingerprints."""
        return ", ".join(sorted(self.fingerprints | {fingerprint(key) for key in self.keys}))


def parse_pin(text: str) -> HostKeys:
    """One entry of `host_keys`.

    Raises:
        ValueError: with what is allowed.
    """
    words = text.split()
    if len(words) == 1 and re.fullmatch(r"SHA256:[A-Za-z0-9+/]{43}=?", words[0]):
        return HostKeys(fingerprints=frozenset({words[0].rstrip("=")}))
    try:
        return HostKeys(keys=frozenset({_public_key(words)}))
    except ValueError:
        raise ValueError(ALLOWED) from None


def pinned(entries: Iterable[str]) -> HostKeys:
    """All entries of `host_keys`, which the configuration has checked."""
    return merge([parse_pin(entry) for entry in entries])


def merge(parts: Sequence[HostKeys]) -> HostKeys:
    """Everything the parts know."""
    return HostKeys(
        keys=frozenset().union(*(part.keys for part in parts)),
        fingerprints=frozenset().union(*(part.fingerprints for part in parts)),
        revoked=frozenset().union(*(part.revoked for part in parts)),
        warnings=tuple(warning for part in parts for warning in part.warnings),
    )


def from_known_hosts(text: str, *, host: str, port: int) -> HostKeys:
    """What a known_hosts file says about one server; a key for a port other than 22 is filed under `[host]:port`."""
    name = host.lower() if port == 22 else f"[{host.lower()}]:{port}"  # noqa: PLR2004 - the port without brackets
    return merge(list(_entries(text, name)))


def fingerprint(key: bytes) -> str:
    """As `ssh-keygen -l` shows it: `SHA256:` and 43 characters."""
    return "SHA256:" + base64.b64encode(hashlib.sha256(key).digest()).decode().rstrip("=")


def key_type(key: bytes) -> str:
    """The type a public key names inside itself; "" if it names none."""
    length = int.from_bytes(key[:4], "big")
    return key[4 : 4 + length].decode("ascii", "replace") if 4 + length <= len(key) else ""


def _entries(text: str, name: str) -> Iterator[HostKeys]:
    for number, line in enumerate(text.splitlines(), start=1):
        words = line.split()
        if not words or words[0].startswith("#"):
            continue
        marker = words.pop(0) if words[0].startswith("@") else ""
        if marker == "@cert-authority" or not words or not _names(words[0], name):
            continue
        try:
            keys = frozenset({_public_key(words[1:])})
        except ValueError:
            yield HostKeys(
                warnings=(f"known_hosts line {number} is not a key that can be used; it is skipped",)
            )
            continue
        yield HostKeys(revoked=keys) if marker == "@revoked" else HostKeys(keys=keys)


def _public_key(words: list[str]) -> bytes:
    if len(words) < 2 or words[0] not in ALGORITHMS:  # noqa: PLR2004 - type and key
        raise ValueError(ALLOWED)
    try:
        key = base64.b64decode(words[1], validate=True)
    except binascii.Error:
        raise ValueError(ALLOWED) from None
    if key_type(key) != words[0]:
        raise ValueError(ALLOWED)
    return key


def _names(patterns: str, name: str) -> bool:
    if patterns.startswith("|1|"):
        return _is_hash_of(patterns, name)
    wanted = [pattern.lower() for pattern in patterns.split(",")]
    refused = any(_matches(pattern[1:], name) for pattern in wanted if pattern.startswith("!"))
    return not refused and any(_matches(pattern, name) for pattern in wanted)


def _matches(pattern: str, name: str) -> bool:
    return fnmatchcase(name, pattern.replace("[", "[[]"))


def _is_hash_of(hashed: str, name: str) -> bool:
    try:
        _, _, salt, digest = hashed.split("|")
        wanted = base64.b64decode(digest, validate=True)
        found = hmac.digest(base64.b64decode(salt, validate=True), name.encode(), "sha1")
    except (ValueError, binascii.Error):
        return False
    return hmac.compare_digest(found, wanted)
