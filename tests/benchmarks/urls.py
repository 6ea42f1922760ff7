"""The product's pages, and the floor of a scan: the least that a page which writes something can do."""

from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import include, path
from django.views.decorators.http import require_POST

from orders.models import Product
from tracking.models import SerialNumber, fold


@require_POST
def floor(request: HttpRequest, pk: int) -> HttpResponse:
    """One select and one insert in a transaction, for a user who is signed in, with a small template."""
    text = request.POST["text"]
    with transaction.atomic():
        product = Product.objects.get(pk=pk)
        number = SerialNumber.objects.create(product=product, number=text, folded=fold(text))
    return render(request, "floor.html", {"product": product, "number": number})


urlpatterns = [path("floor/<int:pk>/", floor, name="floor"), path("", include("serialreg.urls"))]
