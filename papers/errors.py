"""What can be wrong with a paper, or with what somebody wants to do with one."""

from __future__ import annotations


class FormError(ValueError):
    """A form is not written as it must be; says where and what to do."""


class PaperError(ValueError):
    """A paper cannot be drawn, approved or noted as sent; says why, without anything of the case."""
