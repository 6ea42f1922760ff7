"""Who is not signed in yet, or not any more."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib.auth.middleware import LoginRequiredMiddleware
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django_htmx.http import HttpResponseClientRedirect
from django_htmx.middleware import HtmxDetails


class SignInMiddleware(LoginRequiredMiddleware):
    """Sends who is not signed in to the login page, to come back afterwards (AUT-1).

    HTMX would put that page in the place of a fragment, so it is told to go there.
    """

    def handle_no_permission(  # type: ignore[override]  # the stubs know no other answer than a redirect
        self, request: HttpRequest, view_func: Callable[..., HttpResponseBase]
    ) -> HttpResponseBase:
        htmx = HtmxDetails(request)
        if not htmx:
            return super().handle_no_permission(request, view_func)
        return HttpResponseClientRedirect(redirect_to_login(_page_shown(htmx)).url)

    def process_response(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        """On a shared PC, what one user saw is not kept for the next: it is asked for again."""
        response.headers.setdefault("Cache-Control", "private, no-cache")
        return response


def _page_shown(htmx: HtmxDetails) -> str:
    """The page of ours that the browser shows, as far as HTMX says so."""
    try:
        return htmx.current_url_abs_path or ""
    except ValueError:  # no address at all
        return ""


def attempted_username(request: HttpRequest, credentials: dict[str, Any] | None = None) -> str:
    """The name that somebody tries to sign in with, cut to what the log of tries can hold."""
    return str((credentials or request.POST).get("username") or "")[:150]


def locked_out(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
    """Too many wrong passwords for this name from this address."""
    return render(request, "locked_out.html", status=429)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """The form was opened before the last sign-in, or comes from elsewhere."""
    template = "_csrf_failure.html" if request.headers.get("HX-Request") else "csrf_failure.html"
    return render(request, template, status=403)
