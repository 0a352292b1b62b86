"""What can go wrong in a run. The class decides the exit code and whether another try makes sense.

StockferryError            exit 1
├── ConfigurationError     exit 2   the file cannot be used; every problem in one report
├── UsageError             exit 2   a command that cannot be meant
├── Busy                   exit 3   another process holds the lock
├── LedgerDamaged          exit 4   the ledger cannot be trusted
├── FileRefused                     a received file that cannot be used: quarantined
├── DocumentRefused                 a document that cannot be written as the cart wants it
├── StoreError                      the local disk
├── AlertFailed                     a message that reached nobody
├── Stopped                         somebody wants the process to end; the next one goes on
└── RemoteError                     the other side; `retry` tells whether another try makes sense
    ├── Transient          retry    dropped, stalled, not reachable
    ├── HostKeyRefused              not the host key that was pinned, or a certificate that nobody vouches for
    ├── LoginRefused                key, password or method not accepted
    ├── NoCommonAlgorithm           the two sides share no algorithm
    ├── RemoteRefused               the server said no: permission, no such folder, quota
    ├── UnsafeName                  a file name that must not be used
    └── Incomplete         retry    fewer or more bytes than there should be
"""

from __future__ import annotations

from typing import ClassVar


class StockferryError(Exception):
    """Base of every error with a message for the operator: what happened, where, what to do next."""

    exit_code: ClassVar[int] = 1
    retry: ClassVar[bool] = False


class ConfigurationError(StockferryError):
    exit_code = 2


class UsageError(StockferryError):
    exit_code = 2


class Busy(StockferryError):
    exit_code = 3


class LedgerDamaged(StockferryError):
    exit_code = 4


class FileRefused(StockferryError):
    pass


class DocumentRefused(StockferryError):
    pass


class StoreError(StockferryError):
    pass


class AlertFailed(StockferryError):
    pass


class Stopped(StockferryError):
    pass


class RemoteError(StockferryError):
    pass


class Transient(RemoteError):
    retry = True


class HostKeyRefused(RemoteError):
    pass


class LoginRefused(RemoteError):
    pass


class NoCommonAlgorithm(RemoteError):
    pass


class RemoteRefused(RemoteError):
    pass


class UnsafeName(RemoteError):
    pass


class Incomplete(RemoteError):
    retry = True
