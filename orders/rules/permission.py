"""Who may do what (AUT-3, AUT-4)."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.backends import ModelBackend
from django.contrib.auth.models import Permission
from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from orders.models import User
from serialreg.errors import NotPermitted

MSC = "tracking.maintain_serial_number_corrections"
MNR = "tracking.maintain_not_readable"

# The rights, in the words that a refused user is told.
RIGHTS = {
    "orders.view_customer": gettext_lazy("View customers"),
    "orders.maintain_customer": gettext_lazy("Maintain customers"),
    "orders.view_product": gettext_lazy("View products"),
    "orders.maintain_product": gettext_lazy("Maintain products"),
    "orders.view_company": gettext_lazy("View the company"),
    "orders.maintain_company": gettext_lazy("Maintain the company"),
    "orders.view_numbersequence": gettext_lazy("View number sequences"),
    "orders.maintain_numbersequence": gettext_lazy("Maintain number sequences"),
    "orders.view_salesorder": gettext_lazy("View sales orders"),
    "orders.maintain_salesorder": gettext_lazy("Maintain sales orders"),
    "tracking.view_trackingdimensiongroup": gettext_lazy("View tracking dimension groups"),
    "tracking.maintain_trackingdimensiongroup": gettext_lazy("Maintain tracking dimension groups"),
    "tracking.view_registration": gettext_lazy("View registrations"),
    MSC: gettext_lazy("Maintain serial number corrections"),
    MNR: gettext_lazy("Maintain registration of non-readable serial numbers"),
    "documents.view_packingslip": gettext_lazy("View packing slips"),
    "documents.maintain_packingslip": gettext_lazy("Maintain packing slips"),
}

# The installed roles (AUT-4), named here to be translated; roles of one's own making are shown as they are called.
ROLE_NAMES = {
    "Sales clerk": gettext_lazy("Sales clerk"),
    "Warehouse worker": gettext_lazy("Warehouse worker"),
    "Invoicing clerk": gettext_lazy("Invoicing clerk"),
    "Serial number maintainer": gettext_lazy("Serial number maintainer"),
    "Counter": gettext_lazy("Counter"),
    "Cashier": gettext_lazy("Cashier"),
    "Production worker": gettext_lazy("Production worker"),
    "Production manager": gettext_lazy("Production manager"),
    "Set-up administrator": gettext_lazy("Set-up administrator"),
    "Auditor": gettext_lazy("Auditor"),
}


class RoleBackend(ModelBackend):
    """Rights come from roles (groups) alone, so one query answers what a user may do."""

    def get_user_permissions(self, user_obj: Any, obj: Any = None) -> set[str]:
        return set()

    def _get_group_permissions(self, user_obj: User) -> QuerySet[Permission]:
        """As Django asks it, without a subquery: every request waits for this."""
        return Permission.objects.filter(group__user=user_obj)


def may(user: Any, right: str) -> bool:
    """Whether the user has the right through one of the roles."""
    return bool(user.has_perm(right))


def check_may(user: Any, *rights: str) -> None:
    """Refuse who has none of these rights [permission_denied]."""
    if not any(may(user, right) for right in rights):
        raise NotPermitted(permission=" / ".join(str(RIGHTS.get(right, right)) for right in rights) or _("sign in"))
