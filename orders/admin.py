"""Django admin, for the administrator: the same operations and rights as the pages."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.auth.admin import GroupAdmin, UserAdmin
from django.contrib.auth.models import Group
from django.core.exceptions import ValidationError
from django.db.models import Model
from django.http import HttpRequest, HttpResponse

from orders.forms.company import CompanyForm
from orders.forms.customer import CustomerForm
from orders.forms.number_sequence import NumberSequenceForm
from orders.models import Company, Customer, NumberSequence, User
from orders.operations.company import save_company
from orders.operations.customer import save_customer
from orders.operations.number_sequence import save_number_sequence
from orders.rules.permission import may
from serialreg.errors import NotPermitted, Refusal
from serialreg.web import show_in


class ReadableLookups(admin.ModelAdmin):
    """Refuses a filter in the address that PostgreSQL cannot take."""

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest | None = None) -> bool:
        return "\0" not in value and super().lookup_allowed(lookup, value, request)


class OperationAdmin(ReadableLookups):
    """Saves through an operation (`carry_out`), and shows what that refuses as errors of the form.

    Rights are those of the pages: view_… to look, maintain_… to add and change. Nothing is deleted here.
    """

    def carry_out(self, row: Any, form: Any, user: User) -> None:
        raise NotImplementedError

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        self.carry_out(obj, form, request.user)  # type: ignore[arg-type]  # nobody anonymous gets this far

    def changeform_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """The form; after a refusal once more, with its faults and what was typed. Nothing was saved then."""
        try:
            return super().changeform_view(request, *args, **kwargs)
        except NotPermitted:
            raise
        except (Refusal, ValidationError) as refused:
            request.refused = refused  # type: ignore[attr-defined]  # for get_form
            response = super().changeform_view(request, *args, **kwargs)
            response.status_code = getattr(refused, "status", 422)
            return response

    def get_form(self, request: HttpRequest, *args: Any, **kwargs: Any) -> type[forms.ModelForm]:
        form = super().get_form(request, *args, **kwargs)
        refused = getattr(request, "refused", None)
        return type(form.__name__, (RefusedForm, form), {"refused": refused}) if refused else form

    def has_view_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return self._may(request, "view") or self._may(request, "maintain")

    def has_add_permission(self, request: HttpRequest) -> bool:
        return self._may(request, "maintain")

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return self._may(request, "maintain")

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def _may(self, request: HttpRequest, what: str) -> bool:
        return may(request.user, f"{self.opts.app_label}.{what}_{self.opts.model_name}")


class RefusedForm(forms.ModelForm):
    """A form that an operation refused: it is valid no more."""

    refused: Refusal | ValidationError

    def clean(self) -> dict[str, Any] | None:
        values = super().clean()
        show_in(self, self.refused)
        return values


@admin.register(Customer)
class CustomerAdmin(OperationAdmin):
    form = CustomerForm
    list_display = ["number", "name", "country", "language"]
    search_fields = ["number", "name"]

    def carry_out(self, row: Any, form: Any, user: User) -> None:
        save_customer(customer=row, values=form.cleaned_data, user=user)


@admin.register(Company)
class CompanyAdmin(OperationAdmin):
    form = CompanyForm

    def carry_out(self, row: Any, form: Any, user: User) -> None:
        save_company(company=row, values=form.values(), upload=form.picture(), user=user)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False


@admin.register(NumberSequence)
class NumberSequenceAdmin(OperationAdmin):
    form = NumberSequenceForm
    list_display = ["name", "kind", "next_number"]

    def carry_out(self, row: Any, form: Any, user: User) -> None:
        save_number_sequence(sequence=row, values=form.cleaned_data, user=user)


class SuperuserOnly(ReadableLookups):
    """Users and roles decide about all rights, so no right but the superuser's opens them."""

    def _is_superuser(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return bool(request.user.is_superuser)

    has_module_permission = has_view_permission = has_add_permission = _is_superuser
    has_change_permission = has_delete_permission = _is_superuser


@admin.register(User)
class RolesUserAdmin(SuperuserOnly, UserAdmin):
    """Users. Rights come from roles alone (AUT-4), so single permissions are not offered."""

    fieldsets = [
        (None, {"fields": ["username", "password"]}),
        ("", {"fields": ["first_name", "last_name", "email"]}),
        ("", {"fields": ["is_active", "is_staff", "is_superuser", "groups"]}),
    ]
    filter_horizontal = ["groups"]


admin.site.unregister(Group)


@admin.register(Group)
class RoleAdmin(SuperuserOnly, GroupAdmin):
    """Roles."""
