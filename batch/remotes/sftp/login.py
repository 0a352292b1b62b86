"""Saying who we are: a key, keys of an agent, a password. Only over a connection whose host key was checked."""

from __future__ import annotations

import io
import socket
from collections.abc import Callable

import paramiko
from paramiko.agent import AgentSSH
from paramiko.ssh_exception import AuthenticationException, BadAuthenticationType, SSHException

from batch.errors import LoginRefused
from batch.remotes.credentials import Login
from batch.remotes.sftp.step import BROKEN, Server, Step, Transport, words

MAX_AGENT_KEYS = 5  # one less than OpenSSH's MaxAuthTries: a sixth refusal closes the connection
KEY_CLASSES: tuple[type[paramiko.PKey], ...] = (paramiko.Ed25519Key, paramiko.ECDSAKey, paramiko.RSAKey)


def log_in(server: Server, transport: Transport, login: Login) -> None:
    """Each method that is configured, in order, until the server is satisfied."""
    methods: list[Callable[[], list[str]]] = []
    if login.key is not None:
        methods.append(lambda: transport.auth_publickey(login.user, _private_key(server, login.key or "")))
    if login.agent is not None:
        methods.append(lambda: _offer_agent_keys(server, transport, login))
    if login.password is not None:
        methods.append(lambda: _give_password(transport, login.user, login.password or ""))
    wanted: list[str] = []
    for method in methods:
        with Step(server, transport, "logging in", server.timeout):
            try:
                wanted = method()
            except BadAuthenticationType as error:
                wanted = error.allowed_types
                continue
        if not wanted:
            return
    raise LoginRefused(
        f"{server}: {login.user} is not let in with what is configured; the server wants {' or '.join(wanted)}"
    )


def _private_key(server: Server, text: str) -> paramiko.PKey:
    for key_class in KEY_CLASSES:
        try:
            return key_class.from_private_key(io.StringIO(text))
        except SSHException:
            continue
    raise LoginRefused(f"{server}: the type of the key is not supported; use Ed25519, ECDSA or RSA")


def _offer_agent_keys(server: Server, transport: Transport, login: Login) -> list[str]:
    refused: AuthenticationException | None = None
    agent = _Agent(server, login.agent or "")
    try:
        for key in agent.get_keys()[:MAX_AGENT_KEYS]:
            try:
                return transport.auth_publickey(login.user, key)
            except BadAuthenticationType:
                raise
            except AuthenticationException as error:
                refused = error
    finally:
        agent.close()
    if refused is None:
        raise LoginRefused(f"{server}: the agent holds no key; add one with ssh-add, or give key_file")
    raise refused


def _give_password(transport: Transport, user: str, password: str) -> list[str]:
    """As `password`, or as the answer to the one question of `keyboard-interactive`; never twice."""
    answers = iter([password])

    def answer(_title: str, _instructions: str, prompts: list[tuple[str, bool]]) -> list[str]:
        return [next(answers, "")] if len(prompts) == 1 else [""] * len(prompts)

    try:
        return transport.auth_password(user, password, fallback=False)
    except BadAuthenticationType as error:
        if "keyboard-interactive" not in error.allowed_types:
            raise
        return transport.auth_interactive(user, answer)


class _Agent(AgentSSH):
    """The agent at a socket of ours: paramiko's own has no time-out, and looks the socket up by itself."""

    def __init__(self, server: Server, path: str) -> None:
        super().__init__()
        connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        connection.settimeout(server.timeout)
        try:
            connection.connect(path)
            self._connect(connection)  # type: ignore[attr-defined]  # left out of the stubs
        except BROKEN as error:
            connection.close()
            raise LoginRefused(
                f"{server}: the agent at SSH_AUTH_SOCK does not answer ({words(error)})"
            ) from error

    def close(self) -> None:
        self._close()  # type: ignore[attr-defined]  # left out of the stubs
