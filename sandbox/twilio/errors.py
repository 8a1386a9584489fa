"""Refusals, shaped and worded as Twilio's."""

from typing import Any, Final

DELIVERY_ERRORS: Final = {
    30003: "Unreachable destination handset",
    30004: "Message blocked",
    30005: "Unknown destination handset",
    30006: "Landline or unreachable carrier",
    30007: "Message filtered",
    30008: "Unknown error",
    63003: "Channel could not find To address",
    63014: "Channel message blocked by user action",
    63016: "Failed to send freeform message because you are outside the allowed window. Use a Message Template.",
    63018: "Rate limit exceeded for Channel",
    63024: "Invalid message recipient",
}
"""What becomes of a message after it was accepted."""

WORDS: Final = {
    21211: "Invalid 'To' Phone Number: {number}",
    21408: "Permission to send an SMS has not been enabled for the region indicated by the 'To' number: {number}",
    21610: "Attempt to send to unsubscribed recipient",
    21612: "The 'To' phone number: {number}, is not currently reachable using the 'From' phone number via SMS",
    21614: "'To' number is not a valid mobile number",
}
"""Why a number is refused at once."""


class RefusedError(Exception):
    """Twilio says no: an HTTP status, a code and a message."""

    def __init__(self, status: int, code: int, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message

    def answer(self) -> dict[str, Any]:
        """The JSON body of the refusal."""
        return {
            "code": self.code,
            "message": self.message,
            "more_info": f"https://www.twilio.com/docs/errors/{self.code}",
            "status": self.status,
        }


def bad_request(code: int, message: str) -> RefusedError:
    """400: the request is wrong, and will be wrong again."""
    return RefusedError(400, code, message)


def number_refused(code: int, number: str) -> RefusedError:
    """400: nothing can be sent to this number."""
    return bad_request(code, WORDS.get(code, "The 'To' number cannot be reached: {number}").format(number=number))


def unauthorized() -> RefusedError:
    """401: no such account, or not its token."""
    return RefusedError(401, 20003, "Authenticate")


def not_found(path: str) -> RefusedError:
    """404: there is no such thing, or it was deleted."""
    return RefusedError(404, 20404, f"The requested resource {path} was not found")


def in_progress() -> RefusedError:
    """409: a message that is still under way can be neither redacted nor deleted."""
    return RefusedError(409, 20009, "Cannot modify or delete this resource before it is finished")


def too_many_requests() -> RefusedError:
    """429: too much at once; nothing was accepted."""
    return RefusedError(429, 20429, "Too Many Requests")


def broken(status: int) -> RefusedError:
    """5xx: Twilio itself is unwell."""
    return RefusedError(status, 20503 if status == 503 else 20500, "An internal server error has occurred")  # noqa: PLR2004 - an HTTP status
