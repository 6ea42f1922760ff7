"""Packing slips as PDF through the browser."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from documents import printing
from documents.models import PackingSlip, PrintJob, PrintJobState
from documents.operations.print_job import VIEW, print_for
from orders.models import User
from tests.factories import PackingSlipLineFactory, UserFactory, register
from tests.pdf import read_pdf

pytestmark = pytest.mark.django_db


@pytest.fixture
def user(user_with: Callable[..., User]) -> User:
    return user_with(VIEW)


@pytest.fixture
def client(client_of: Callable[[User], Client], user: User) -> Client:
    return client_of(user)


@pytest.fixture
def draft() -> PackingSlip:
    line = PackingSlipLineFactory()
    register(line, "SN-1", "SN-2", "SN-3")
    return line.packing_slip


@pytest.fixture
def packing_slip(draft: PackingSlip) -> PackingSlip:
    draft.number, draft.document_date, draft.language = "PS-1", timezone.localdate(), "en"
    draft.posted_at, draft.posted_by = timezone.now(), draft.created_by
    draft.save()
    return draft


@pytest.fixture
def big(packing_slip: PackingSlip, monkeypatch: pytest.MonkeyPatch) -> PackingSlip:
    monkeypatch.setattr(printing, "NUMBERS_IN_A_REQUEST", 2)
    return packing_slip


@pytest.fixture
def job(big: PackingSlip, user: User) -> PrintJob:
    return PrintJob.objects.create(packing_slip=big, requested_by=user)


def print_url(packing_slip: PackingSlip) -> str:
    return reverse("packing_slip_print", args=[packing_slip.pk])


def job_url(job: PrintJob, page: str = "detail") -> str:
    return reverse(f"print_job_{page}", args=[job.pk])


@pytest.mark.rule("PRN-1")
def test_a_packing_slip_opens_as_pdf(client: Client, packing_slip: PackingSlip) -> None:
    response = client.get(print_url(packing_slip))

    assert response["Content-Type"] == "application/pdf"
    assert response["Content-Disposition"] == 'inline; filename="PS-1.pdf"'
    assert "SN-1 SN-2 SN-3\n" in read_pdf(response.content).text


@pytest.mark.parametrize(
    ("number", "filename"), [('26/"7"', "267.pdf"), ("..;7", "..7.pdf"), ("a\\b%0d7", "ab0d7.pdf")]
)
def test_the_filename_is_safe(client: Client, packing_slip: PackingSlip, number: str, filename: str) -> None:
    PackingSlip.objects.update(number=number)

    assert client.get(print_url(packing_slip))["Content-Disposition"] == f'inline; filename="{filename}"'


def test_a_draft_does_not_print(client: Client, draft: PackingSlip) -> None:
    for answer in (client.get, client.post):
        response = answer(print_url(draft))
        assert response.status_code == 409
        assert "not_posted" in response.content.decode()


def test_what_is_not_there_is_not_found(client: Client) -> None:
    assert client.get(reverse("packing_slip_print", args=[77])).status_code == 404


@pytest.mark.rule("AUT-3")
def test_printing_takes_the_right_to_view(client_of: Callable[[User], Client], job: PrintJob) -> None:
    client = client_of(UserFactory())
    pages = [print_url(job.packing_slip), job_url(job), job_url(job, "pdf")]

    assert [client.get(page).status_code for page in pages] == [403, 403, 403]
    assert client.post(pages[0]).status_code == 403


@pytest.mark.rule("PRN-3")
def test_a_big_one_is_printed_in_the_background(client: Client, big: PackingSlip) -> None:
    asked = client.get(print_url(big))
    assert asked["Content-Type"].startswith("text/html")
    assert not PrintJob.objects.exists()

    response = client.post(print_url(big))
    job = PrintJob.objects.get()
    assert response.url == job_url(job)
    assert "Waiting for its turn" in client.get(response.url).content.decode()
    assert client.get(job_url(job, "pdf")).status_code == 404

    print_for(job.pk)

    page = client.get(response.url).content.decode()
    assert "Ready: 1 page." in page
    assert job_url(job, "pdf") in page
    pdf = client.get(job_url(job, "pdf"))
    assert pdf["Content-Disposition"] == 'inline; filename="PS-1.pdf"'
    assert "SN-1 SN-2 SN-3\n" in read_pdf(pdf.content).text


@pytest.mark.rule("PRN-3")
@pytest.mark.parametrize(
    ("state", "pages", "text"),
    [(PrintJobState.WAITING, 0, "Waiting for its turn"), (PrintJobState.RUNNING, 12, "12 pages so far")],
)
def test_progress_is_asked_for_again(client: Client, job: PrintJob, state: str, pages: int, text: str) -> None:
    PrintJob.objects.update(state=state, pages=pages)

    page = client.get(job_url(job)).content.decode()
    fragment = client.get(job_url(job), headers={"HX-Request": "true"}).content.decode()

    assert fragment in page
    assert text in fragment
    assert f'hx-get="{job_url(job)}"' in fragment
    assert '<noscript><meta http-equiv="refresh" content="2"></noscript>' in page
    assert f'action="{print_url(job.packing_slip)}"' in page  # a job that died is started again


def test_a_finished_job_is_asked_for_no_more(client: Client, job: PrintJob) -> None:
    PrintJob.objects.update(state=PrintJobState.DONE, pages=1, pdf=b"%PDF")

    fragment = client.get(job_url(job), headers={"HX-Request": "true"})
    page = client.get(job_url(job)).content.decode()

    assert fragment["HX-Refresh"] == "true"
    assert "hx-get" not in page
    assert "http-equiv" not in page


def test_a_failed_job_says_so_and_offers_to_try_again(client: Client, job: PrintJob) -> None:
    PrintJob.objects.update(state=PrintJobState.FAILED)

    page = client.get(job_url(job)).content.decode()

    assert "The print failed" in page
    assert f'action="{print_url(job.packing_slip)}"' in page
    assert "http-equiv" not in page


def test_a_job_of_somebody_else_is_not_found(
    client_of: Callable[[User], Client], user_with: Callable[..., User], job: PrintJob
) -> None:
    PrintJob.objects.update(state=PrintJobState.DONE, pages=1, pdf=b"%PDF")
    other = client_of(user_with(VIEW))

    assert other.get(job_url(job)).status_code == 404
    assert other.get(job_url(job, "pdf")).status_code == 404
