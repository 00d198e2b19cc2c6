"""The error family. Flat; the docstring is the message. Status codes are chosen in `api.errors` only."""


class AisleError(Exception):
    """Something went wrong."""

    def __init__(self, detail: str = "") -> None:
        super().__init__(detail or (type(self).__doc__ or "").strip())


class InvalidInputError(AisleError):
    """The request is not valid."""


class NotFoundError(AisleError):
    """There is no such thing here."""


class ConflictError(AisleError):
    """Somebody else changed this first."""


class UnavailableError(AisleError):
    """A part this needs is not available right now; try again shortly."""


class OverloadedError(AisleError):
    """The service is busier than it can serve; try again shortly."""


class IndexCorruptError(AisleError):
    """The index on disk is missing, incomplete or damaged."""


class SetupError(AisleError):
    """The service is not set up correctly."""
