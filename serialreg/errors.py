"""Refusals: every "no" that the system says, with a stable code.

A refusal is a class with a `code` (those of the table of codes), the HTTP `status` of its kind, and a translated
message. Operations raise refusals; each kind of door translates them once. This module imports nothing of ours.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any, ClassVar, ParamSpec

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

P = ParamSpec("P")


class Refusal(Exception):
    """Why something was not done.

    `field` names the input at fault, `line` the position of the document line, `index` the place in a list of
    numbers (0 is the first); `data` fills the message and is given to machine clients as it is.
    """

    code: str
    status: int
    message: ClassVar[str | Promise]

    def __init__(self, *, field: str = "", line: int | None = None, index: int | None = None, **data: Any) -> None:
        super().__init__(self.code)
        self.field = field
        self.line = line
        self.index = index
        self.data = data

    @property
    def text(self) -> str:
        """The message alone, in the active language."""
        return str(self.message) % self.data if self.data else str(self.message)

    def __str__(self) -> str:
        return self.text if self.line is None else _("Line %(line)s: %(text)s") % {"line": self.line, "text": self.text}

    @property
    def faults(self) -> Sequence[Refusal]:
        """Each single fault; one for a refusal of one thing."""
        return (self,)


class RuleViolation(Refusal):
    """This input breaks a rule; the same input will be refused again."""

    status = 422


class Conflict(Refusal):
    """The state, or somebody else, forbids it; it may be possible later."""

    status = 409


class Malformed(Refusal):
    """The request itself cannot be read."""

    status = 400
    code = "malformed"
    message = gettext_lazy("The request cannot be read: %(why)s")


class NotPermitted(Refusal):
    """The user lacks the right (AUT-3)."""

    status = 403
    code = "permission_denied"
    message = gettext_lazy("Your role does not allow this. It takes the right “%(permission)s”: ask an administrator.")


class NotFound(Refusal):
    """Not there, or not for this user."""

    status = 404
    code = "not_found"
    message = gettext_lazy("This does not exist any more, or never did. Go back and look again.")


class ManyFaults(Refusal):
    """All the faults of one document at once (PCK-2)."""

    message = gettext_lazy("Nothing was changed: there is more than one fault.")

    def __init__(self, faults: Sequence[Refusal]) -> None:
        self._faults = tuple(faults)
        # A rule broken by any line outweighs a state that may pass.
        gravest = max(self._faults, key=lambda fault: fault.status)
        self.code, self.status = gravest.code, gravest.status
        super().__init__()

    @property
    def faults(self) -> Sequence[Refusal]:
        return self._faults

    def __str__(self) -> str:
        return " ".join([str(self.message), *map(str, self._faults)])


def refuse(faults: Iterable[Refusal]) -> None:
    """Raise the faults that there are: one as itself, several together, none not at all."""
    found = list(faults)
    if found:
        raise found[0] if len(found) == 1 else ManyFaults(found)


def faults_of(check: Callable[P, object], *args: P.args, **kwargs: P.kwargs) -> Sequence[Refusal]:
    """What a check refuses, instead of raising it: so that all faults can be told at once."""
    try:
        check(*args, **kwargs)
    except Refusal as refusal:
        return refusal.faults
    return ()


# Set-up


class SettingNotInSalesProcess(RuleViolation):
    """SET-2."""

    code = "setting_not_in_sales_process"
    message = gettext_lazy(
        "“%(setting)s” cannot be changed while the group is Active in sales process. Clear that option first."
    )


class CatchWeight(RuleViolation):
    """SET-3."""

    code = "catch_weight"
    message = gettext_lazy(
        "A catch weight product cannot be in a group that is Active in sales process: %(products)s with %(group)s."
    )


class GroupInUse(Conflict):
    """SET-4."""

    code = "group_in_use"
    message = gettext_lazy(
        "%(product)s has serial numbers on drafts, pending, or delivered and not invoiced. "
        "Finish those before the group or its active dimension changes."
    )


class GroupHasProducts(Conflict):
    """SET-3: a group can only be deleted when no product is in it."""

    code = "group_in_use"
    message = gettext_lazy("Products are in this group: %(products)s. Give them another group first.")


class SerialFormat(RuleViolation):
    """SET-5."""

    code = "serial_format"
    message = gettext_lazy(
        "“%(number)s” does not look like a serial number of %(product)s. One looks like this: %(sample)s. "
        "Was another label on the box scanned?"
    )


class MaskInvalid(RuleViolation):
    """SET-5: the format of the group itself."""

    code = "serial_format"
    message = gettext_lazy("The serial number format cannot be used: %(why)s")


class DateInFuture(RuleViolation):
    """SET-6."""

    code = "date_out_of_order"
    message = gettext_lazy("The document date %(date)s lies in the future. Today is %(latest)s.")


# Sales orders


class QuantityInvalid(RuleViolation):
    """A quantity that is no number, or out of range."""

    code = "quantity_invalid"
    message = gettext_lazy("“%(value)s” is not a quantity. Write a number from %(least)s to %(most)s, like %(sample)s.")


class WholeQuantity(RuleViolation):
    """ORD-1."""

    code = "whole_quantity"
    message = gettext_lazy("%(product)s is serialised, so its quantity is a whole number; %(quantity)s is not.")


class BelowDelivered(RuleViolation):
    """ORD-3."""

    code = "below_delivered"
    message = gettext_lazy("The quantity cannot be less than %(least)s, which was delivered or invoiced already.")


class HasPostings(Conflict):
    """ORD-3."""

    code = "has_postings"
    message = gettext_lazy("There are posted documents, so it cannot be deleted or exchanged. Cancel the rest instead.")


class AlreadySelected(Conflict):
    """A draft holds it (ORD-2, INV-5)."""

    code = "already_selected"
    message = gettext_lazy("The draft packing slip of %(made)s holds it. Post or delete that draft first.")


# Registration


class DuplicateSerial(Conflict):
    """REG-3."""

    code = "duplicate_serial"
    message = gettext_lazy("%(number)s of %(product)s is registered already: %(document)s, line %(at)s (%(customer)s).")


class DuplicateInList(Conflict):
    """REG-3, within one list of numbers."""

    code = "duplicate_serial"
    message = gettext_lazy("%(number)s stands more than once in the list.")


class SerialInvalid(RuleViolation):
    """REG-9."""

    code = "serial_invalid"
    message = gettext_lazy(
        "“%(shown)s” cannot be a serial number: %(why)s. A serial number is 1 to 50 characters without blanks: "
        "letters A to Z, digits and signs."
    )


class NotRegistered(RuleViolation):
    """REG-2."""

    code = "not_registered"
    message = gettext_lazy("%(number)s is not on this line, so it cannot be removed.")


class QuantityExceeded(RuleViolation):
    """REG-5."""

    code = "quantity_exceeded"
    message = gettext_lazy(
        "The line has %(quantity)s units and %(registered)s are registered: there is no place for %(number)s. "
        "Remove a number, or raise the quantity."
    )


class TooManySerials(RuleViolation):
    """REG-5."""

    code = "too_many_serials"
    message = gettext_lazy(
        "%(registered)s numbers are registered for %(quantity)s units of %(product)s. Remove %(excess)s of them."
    )


class SerialsMissing(RuleViolation):
    """REG-6."""

    code = "serials_missing"
    message = gettext_lazy("%(missing)s of %(quantity)s serial numbers of %(product)s are missing.")


class BatchesMissing(RuleViolation):
    """WHS-8."""

    code = "batches_missing"
    message = gettext_lazy(
        "%(product)s is batch-tracked: its batch numbers come from picks, and none is known yet. It cannot ship yet."
    )


class NotSerialised(RuleViolation):
    """REG-7."""

    code = "not_serialised"
    message = gettext_lazy("%(product)s is not serialised, so its line takes no serial numbers.")


class NotAvailable(Conflict):
    """WHS-7, WHS-8."""

    code = "not_available"
    message = gettext_lazy(
        "%(product)s takes only numbers that stock or production knows, and %(number)s is not one of them."
    )


# Packing slips


class OverDelivery(RuleViolation):
    """PCK-1."""

    code = "over_delivery"
    message = gettext_lazy("%(quantity)s of %(product)s is more than is left to deliver, which is %(remaining)s.")


class NothingToDeliver(RuleViolation):
    """PCK-1: a packing slip without any line."""

    code = "over_delivery"
    message = gettext_lazy("There is nothing to deliver: no line has a quantity.")


class AlreadyPosted(Conflict):
    """PCK-2."""

    code = "already_posted"
    message = gettext_lazy("Packing slip %(number)s is posted already and cannot be changed.")


class NotPosted(Conflict):
    """Something that only a posted document has or takes."""

    code = "not_posted"
    message = gettext_lazy("The packing slip is a draft. Post it first.")


class AlreadyInvoiced(Conflict):
    """PCK-4."""

    code = "already_invoiced"
    message = gettext_lazy("It was invoiced. Delete or credit the invoice first.")


class AlreadyReturned(Conflict):
    """PCK-4."""

    code = "already_returned"
    message = gettext_lazy("A unit of it came back already. Reverse that return first.")


class AlreadyReversed(Conflict):
    """PCK-3."""

    code = "already_reversed"
    message = gettext_lazy("It was reversed in full already.")


class NotPending(Conflict):
    """ORD-4: only a pending number can be released."""

    code = "not_available"
    message = gettext_lazy("This number is not pending any more: somebody has shipped or released it meanwhile.")


class PartialReversal(RuleViolation):
    """PCK-3."""

    code = "partial_reversal"
    message = gettext_lazy("%(product)s is serialised: its line can only be reversed in full (%(quantity)s).")


class ReasonMissing(Malformed):
    """ORD-4, COR-4: what needs a reason."""

    message = gettext_lazy("Write the reason, in 1 to 200 characters.")
