"""Everything the store can refuse, by name. Messages hold no personal data."""


class StoreError(Exception):
    """Any refusal of the store."""


class NaiveDatetimeError(StoreError, TypeError):
    """A datetime without a time zone was about to be stored or compared."""


class LeaseLostError(StoreError):
    """The row was finished or claimed by somebody else meanwhile; nothing of this unit is kept."""


class KeyMissingError(StoreError):
    """No key-encryption key could be read, or it is not 32 bytes of base64."""


class WrongKeyError(StoreError):
    """The key does not open this home: another PANAH_KEY was used when it was made."""


class UnreadableError(StoreError):
    """A ciphertext does not belong where it stands, was changed, or its data key was destroyed."""


class EpochUnknownError(UnreadableError):
    """A data key is wrapped by an epoch newer than any of this ring: another home has begun it."""


class LockedError(StoreError):
    """The key ring was taken away: nothing can be read or written until it is back."""

    def __init__(self, why: str = "this instance is locked; `panah unlock` opens it again") -> None:
        super().__init__(why)


class IntakeClosedError(StoreError):
    """Nothing can be sealed to this public key: the epoch that would open it is destroyed."""

    def __init__(self) -> None:
        super().__init__("the public key for what comes in is of a destroyed epoch: nobody could open it")


class ClockRefusedError(StoreError):
    """Somebody tried to move the business clock outside a sandbox."""


class FileTooLargeError(StoreError):
    """A file has more bytes than its writer takes; what was written of it does not count."""
