"""Secrets that stand literally in a configuration.

They are reported without their value, and taken out before any other rule looks at the document, so that nothing
further on can print them.
"""

from __future__ import annotations

import re
from typing import Any

from batch.config.report.problems import HIDDEN, Findings, KeyPath, found

SECRET_KEY = re.compile(
    r"passw|passphrase|^pass$|pwd|secret|token|credential|private_?key|api_?key", re.IGNORECASE
)
NAMED_ELSEWHERE = ("_env", "_file")
IDS = frozenset({"remotes", "merchants", "carts"})
FREE_NAMES = IDS | {"columns", "attributes", "fields", "products"}
"""Tables whose keys the operator chooses: a column may be called `Token`, a merchant `secretgarden`."""

STAND_IN = "STOCKFERRY_SECRET"
URL = re.compile(r"[a-z][a-z0-9+.-]*://(?P<login>.*)@", re.IGNORECASE | re.DOTALL)
URL_WITHOUT_SCHEME = re.compile(r"\s*(?P<login>[^\s./\\:][^\s/\\:]*:[^/\\].*)@", re.DOTALL)


def is_secret(path: KeyPath) -> bool:
    """Whether what stands at this path may be a secret, or the name of one: its value is never shown."""
    return any(_speaks_of_secrets(path[:end], IDS) for end in range(1, len(path) + 1))


def without_secrets(document: dict[str, Any]) -> Findings[dict[str, Any]]:
    """A copy of the document in which every literal secret is replaced as if its cure had been applied."""
    return (yield from _table(document, ()))


def _speaks_of_secrets(path: KeyPath, free: frozenset[str]) -> bool:
    *before, name = path
    chosen = bool(before) and before[-1] in free
    return isinstance(name, str) and not chosen and SECRET_KEY.search(name) is not None


def _table(table: dict[str, Any], path: KeyPath) -> Findings[dict[str, Any]]:
    clean: dict[str, Any] = {}
    for key, value in table.items():
        place = (*path, key)
        if _speaks_of_secrets(place, FREE_NAMES) and not key.lower().endswith(NAMED_ELSEWHERE):
            yield found(place, _cure(key, table), HIDDEN)
            clean |= _cured(key, table)
        else:
            clean[key] = yield from _value(value, place)
    return clean


def _value(value: Any, path: KeyPath) -> Findings[Any]:
    if isinstance(value, dict):
        return (yield from _table(value, path))
    if isinstance(value, list):
        items = []
        for position, item in enumerate(value):
            items.append((yield from _value(item, (*path, position))))
        return items
    return (yield from _text(value, path)) if isinstance(value, str) else value


def _text(value: str, path: KeyPath) -> Findings[str]:
    if "PRIVATE KEY-----" in value:
        yield found(path, "a private key does not stand here; name its file with key_file", HIDDEN)
        return STAND_IN
    login = URL.search(value) or (URL_WITHOUT_SCHEME.match(value) if path[-1] == "url" else None)
    user = None if login is None else _user_before_password(login["login"])
    if login is None or user is None:
        return value
    yield found(path, "a password does not stand in a url; use password_env or password_file", HIDDEN)
    return f"{value[: login.start('login')]}{user}{value[login.end('login') :]}"


def _user_before_password(login: str) -> str | None:
    """`ferry` of `ferry:password`; None for a login without password, or of `user@host:22/folder@here`."""
    user, _, password = login.partition(":")
    port = "@" in user and re.match(r"\d{1,5}(/|$)", password)
    return user if password and not port else None


def _cure(key: str, table: dict[str, Any]) -> str:
    name = key if key in {"password", "passphrase"} else "password"
    named = next((f"{name}{end}" for end in NAMED_ELSEWHERE if f"{name}{end}" in table), None)
    if named:
        return f"a secret does not stand here; {named} says where it is, so remove this line"
    return f"a secret does not stand here; use {name}_env or {name}_file to say where it is"


def _cured(key: str, table: dict[str, Any]) -> dict[str, Any]:
    named = any(f"{key}{end}" in table for end in NAMED_ELSEWHERE)
    return {f"{key}_env": STAND_IN} if key in {"password", "passphrase"} and not named else {}
