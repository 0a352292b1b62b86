"""What the keys of an alert route must be to one another and to the merchants. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence

from batch.config.feed_rules import Table
from batch.config.report.problems import Finding, KeyPath, found, unknown

WAYS = ("urls_env", "urls_file", "command")


def route_rules(table: Table, path: KeyPath, merchants: Collection[str]) -> Iterator[Finding]:
    """`path`: of the route; `merchants`: those that are configured."""
    given = [way for way in WAYS if way in table]
    if not given:
        yield found(
            path,
            'missing; urls_env = "NAME" or urls_file = "keys/alerts" (addresses of Apprise), or command = ["/usr/local/bin/page"]',
        )
    if len(given) > 1:
        yield found(path, f"either {given[0]} or {given[1]}, not both; give each a route of its own")
    if "command" in table and not table["command"]:
        yield found((*path, "command"), 'a program and its arguments, such as ["/usr/local/bin/page"]')
    named = table.get("merchants")
    for at, merchant in enumerate(named if isinstance(named, list) else ()):
        if merchant not in merchants:
            yield found((*path, "merchants", at), unknown("merchant", str(merchant), merchants), merchant)


def repeated_routes(routes: Sequence[tuple[KeyPath, Table]]) -> Iterator[Finding]:
    """What has been told is noted by a route's name."""
    seen: set[str] = set()
    for path, table in routes:
        name = table.get("name")
        if isinstance(name, str) and name in seen:
            yield found((*path, "name"), "another route has this name already", name)
        elif isinstance(name, str):
            seen.add(name)
