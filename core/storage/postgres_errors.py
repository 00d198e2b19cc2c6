"""What the driver's errors mean in our words."""

from collections.abc import Sequence

import asyncpg

from core.errors import AisleError, ConflictError, InvalidInputError, SetupError, UnavailableError

DRIVER_ERRORS = (
    OSError,
    TimeoutError,
    asyncpg.PostgresError,
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,  # also met when a connection is lost in the middle of its own protocol
)

_MEANINGS: Sequence[tuple[tuple[type[BaseException], ...], type[AisleError], str]] = (
    (
        (
            asyncpg.UniqueViolationError,
            asyncpg.SerializationError,
            asyncpg.DeadlockDetectedError,
            asyncpg.LockNotAvailableError,
        ),
        ConflictError,
        "",
    ),
    ((asyncpg.IntegrityConstraintViolationError, asyncpg.DataError), InvalidInputError, ""),
    (
        (asyncpg.exceptions.UndefinedTableError, asyncpg.exceptions.UndefinedColumnError),
        SetupError,
        "The database schema is not up to date; run the migrations.",
    ),
    (
        (asyncpg.InvalidAuthorizationSpecificationError, asyncpg.InvalidCatalogNameError),
        SetupError,
        "Postgres refuses these credentials or knows no such database.",
    ),
    ((asyncpg.QueryCanceledError,), UnavailableError, "A database query took too long."),
    (
        (
            asyncpg.PostgresConnectionError,
            asyncpg.InsufficientResourcesError,
            asyncpg.exceptions.OperatorInterventionError,
            asyncpg.exceptions.PostgresSystemError,
            asyncpg.exceptions.ReadOnlySQLTransactionError,
            asyncpg.InterfaceError,
            asyncpg.InternalClientError,
            OSError,
            TimeoutError,
        ),
        UnavailableError,
        "Postgres is not available.",
    ),
)


def to_aisle(error: BaseException) -> AisleError:
    """The meaning of a driver's error in our family. Pure; the detail never repeats a value or the SQL."""
    for kinds, meaning, detail in _MEANINGS:
        if isinstance(error, kinds):
            return meaning(detail)
    return AisleError("The database refused a statement.")
