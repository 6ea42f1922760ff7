"""How pages say no, and what every page shows: the one place that translates refusals for browsers."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from itertools import zip_longest
from typing import TYPE_CHECKING, Any

from django.core.exceptions import ValidationError
from django.core.paginator import Page, Paginator
from django.db.models import QuerySet
from django.forms import BaseForm, BoundField, CheckboxInput, CheckboxSelectMultiple, RadioSelect, Select, Widget
from django.forms.renderers import DjangoTemplates
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import register_converter
from django.urls.converters import IntConverter
from django.utils.functional import SimpleLazyObject
from django.utils.translation import gettext as _

from serialreg.errors import NotPermitted, Refusal

if TYPE_CHECKING:
    from django_htmx.middleware import HtmxDetails

    from orders.models import User

View = Callable[..., HttpResponse]


class Request(HttpRequest):
    """A request as views get it: of somebody who signed in (SignInMiddleware), HTMX's headers read."""

    user: User
    htmx: HtmxDetails


class KeyConverter(IntConverter):
    """`<key:pk>`: a key in an address. A number that no key can be is not there, whatever a database makes of it."""

    regex = "[0-9]{1,18}"


register_converter(KeyConverter, "key")


def key_of(text: str | None) -> int | None:
    """The key in a query string or form; None for anything else."""
    key = re.fullmatch(KeyConverter.regex, text or "")
    return int(key[0]) if key else None


class Utf8Middleware:
    """Forms are read as UTF-8, whatever charset a header claims: browsers name none, and Django fails on some."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.encoding = "utf-8"
        return self.get_response(request)


class RefusalMiddleware:
    """A refusal that no page shows itself becomes a page of its own, with the refusal's status."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        return refusal_page(request, exception) if isinstance(exception, Refusal) else None


def refusal_page(request: HttpRequest, refusal: Refusal) -> HttpResponse:
    """The refusal as a page; as a fragment when HTMX asks."""
    template = "_refusal.html" if request.headers.get("HX-Request") else "refusal.html"
    return render(request, template, {"refusal": refusal}, status=refusal.status)


def refusals_on(page: View) -> Callable[[View], View]:
    """Show what a view refuses on the page where the user stands, with the refusal's status.

    The page is called with the view's arguments and `refusal`. A lacking right is a page of its own.
    """

    def decorate(view: View) -> View:
        @wraps(view)
        def refusing(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            try:
                return view(request, *args, **kwargs)
            except NotPermitted:
                raise
            except Refusal as refusal:
                response = page(request, *args, **kwargs, refusal=refusal)
                response.status_code = refusal.status
                return response

        return refusing

    return decorate


@contextmanager
def refusals_in(form: BaseForm) -> Iterator[None]:
    """Turn what an operation refuses into errors of the form, so that it keeps what was typed."""
    try:
        yield
    except NotPermitted:
        raise
    except (ValidationError, Refusal) as refused:
        show_in(form, refused)


def show_in(form: BaseForm, refused: ValidationError | Refusal) -> None:
    """Make what was refused errors of the form: of the field at fault where the form has it, else of the whole."""
    if isinstance(refused, Refusal):
        form.refusal = refused  # type: ignore[attr-defined]  # its status is the page's
        faults = [(fault.field, ValidationError(str(fault), code=fault.code)) for fault in refused.faults]
    else:
        faults = list(getattr(refused, "error_dict", {"": refused}).items())
    for field, error in faults:
        form.add_error(field if field in form.fields else None, error)


def form_page(request: HttpRequest, template: str, context: dict[str, Any]) -> HttpResponse:
    """A page with a form in it: 422, or the status of the refusal, when the form has errors."""
    form = context["form"]
    status = getattr(getattr(form, "refusal", None), "status", 422) if form.is_bound and form.errors else 200
    return render(request, template, context, status=status)


class EndsAlikePaginator(Paginator):  # type: ignore[type-arg]  # generic in the stubs only
    """Pages past the middle are read from the other end, so the last page costs what the first one does."""

    def page(self, number: Any) -> Any:
        number = self.validate_number(number)
        start = (number - 1) * self.per_page
        end = min(start + self.per_page, self.count)
        rows = self.object_list
        if not isinstance(rows, QuerySet) or start < self.count / 2:
            return Page(rows[start:end], number, self)
        return Page(list(rows.reverse()[self.count - end : self.count - start])[::-1], number, self)


def page_of(request: HttpRequest, rows: Any, per_page: int = 50) -> Any:
    """The page of the rows that `?page=` asks for; nonsense gets the first or the last."""
    return EndsAlikePaginator(rows, per_page).get_page(request.GET.get("page"))


def sorted_by(request: HttpRequest, rows: QuerySet[Any], *columns: str) -> tuple[QuerySet[Any], str]:
    """The rows in the order that `?sort=` asks for, and that order: a column, with a minus the other way round.

    Only these columns can be asked for; the first one, which may carry a minus itself, is the order of who asks for
    none. Rows that are alike in it follow their keys, so that no page depends on luck.
    """
    asked = request.GET.get("sort", "")
    known = {column.removeprefix("-") for column in columns}
    sort = asked if asked.removeprefix("-") in known else columns[0]
    return rows.order_by(sort, "-pk" if sort.startswith("-") else "pk"), sort


def read_only(form: BaseForm) -> None:
    """Show the form to somebody who may look but not change."""
    for field in form.fields.values():
        field.disabled = True


def changes_of(row: Any, limit: int = 20) -> list[dict[str, Any]]:
    """The last changes of a row that keeps history: when, by whom, and each field's value before and after."""
    versions = list(row.history.select_related("history_user").order_by("-history_date", "-history_id")[: limit + 1])
    pairs = zip_longest(versions[:limit], versions[1:])
    return [
        {"at": new.history_date, "user": new.history_user, "fields": _differences(old, new) if old else []}
        for new, old in pairs
    ]


def _differences(old: Any, new: Any) -> list[dict[str, Any]]:
    return [
        {"name": field.verbose_name, "old": _shown(old, field), "new": _shown(new, field)}
        for field in new.tracked_fields
        if getattr(old, field.attname) != getattr(new, field.attname)
    ]


def _shown(version: Any, field: Any) -> Any:
    value = getattr(version, field.attname)
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    return dict(field.flatchoices).get(value, value)


def navigation(request: HttpRequest) -> dict[str, Any]:
    """The entries of the menu that the user's roles can open: (url name, text), see menu_entries."""
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        return {}
    # Lazy: the fragments that answer a script show no menu.
    return {"menu": SimpleLazyObject(lambda: [entry for right, *entry in menu_entries() if user.has_perm(right)])}


def menu_entries() -> list[tuple[str, str, str]]:
    """The whole menu: (right, url name, text)."""
    return [
        ("orders.view_salesorder", "sales_order_list", _("Sales orders")),
        ("documents.view_packingslip", "packing_slip_list", _("Packing slips")),
        ("tracking.view_registration", "blank_list", _("Not readable")),
        ("orders.view_customer", "customer_list", _("Customers")),
        ("orders.view_product", "product_list", _("Products")),
        ("tracking.view_trackingdimensiongroup", "dimension_group_list", _("Tracking dimension groups")),
        ("orders.view_numbersequence", "number_sequence_list", _("Number sequences")),
        ("orders.view_company", "company", _("Company")),
    ]


class BootstrapField(BoundField):
    """A field that Bootstrap dresses: every widget gets the class of its kind, and says when it is invalid."""

    def build_widget_attrs(self, attrs: Any, widget: Any = None) -> dict[str, Any]:
        widget = widget or self.field.widget
        classes = [widget.attrs.get("class"), widget_class(widget), "is-invalid" if self.errors else None]
        return {**super().build_widget_attrs(attrs, widget), "class": " ".join(filter(None, classes))}


def widget_class(widget: Widget) -> str:
    if isinstance(widget, CheckboxInput | RadioSelect | CheckboxSelectMultiple):
        return "form-check-input"
    return "form-select" if isinstance(widget, Select) else "form-control"


class FormRenderer(DjangoTemplates):
    """Makes all forms use BootstrapField (FORM_RENDERER)."""

    bound_field_class = BootstrapField
