from django.urls import path

from orders.views import company, customer, number_sequence

urlpatterns = [
    path("customers/", customer.customer_list, name="customer_list"),
    path("customers/new/", customer.customer_create, name="customer_create"),
    path("customers/<key:pk>/", customer.customer_edit, name="customer_edit"),
    path("number-sequences/", number_sequence.number_sequence_list, name="number_sequence_list"),
    path("number-sequences/new/", number_sequence.number_sequence_create, name="number_sequence_create"),
    path("number-sequences/<key:pk>/", number_sequence.number_sequence_edit, name="number_sequence_edit"),
    path("company/", company.company, name="company"),
    path("company/logo/", company.company_logo, name="company_logo"),
]
