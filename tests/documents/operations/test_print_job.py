"""Big prints by the worker."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.core.management import call_command
from django.utils import timezone

from documents.models import PackingSlip, PrintJob, PrintJobState
from documents.operations import print_job
from documents.operations.print_job import VIEW, print_for, start_print_job
from orders.models import User
from serialreg.errors import NotPermitted, NotPosted
from tests.factories import PackingSlipFactory, PackingSlipLineFactory, UserFactory, register
from tests.pdf import read_pdf

pytestmark = pytest.mark.django_db


@pytest.fixture
def user(user_with: Callable[..., User]) -> User:
    return user_with(VIEW)


@pytest.fixture
def packing_slip() -> PackingSlip:
    line = PackingSlipLineFactory()
    register(line, "SN-1", "SN-2")
    PackingSlip.objects.filter(pk=line.packing_slip_id).update(
        number="PS-1",
        language="en",
        document_date=timezone.localdate(),
        posted_at=timezone.now(),
        posted_by=line.packing_slip.created_by,
    )
    return PackingSlip.objects.get(pk=line.packing_slip_id)


@pytest.fixture
def job(packing_slip: PackingSlip, user: User) -> PrintJob:
    return start_print_job(packing_slip=packing_slip, user=user)


@pytest.mark.rule("PRN-3")
@pytest.mark.django_db(transaction=True)  # the worker opens its connection anew
def test_the_worker_prints(job: PrintJob) -> None:
    assert (job.state, job.is_finished) == (PrintJobState.WAITING, False)

    call_command("db_worker", batch=True, interval=0, verbosity=0, reload=False)

    job.refresh_from_db()
    assert (job.state, job.is_finished, job.pages) == (PrintJobState.DONE, True, 1)
    assert job.finished_at >= job.created_at
    assert "SN-1 SN-2\n" in read_pdf(bytes(job.pdf)).text


@pytest.mark.rule("PRN-3")
def test_it_tells_how_far_it_is(job: PrintJob, monkeypatch: pytest.MonkeyPatch) -> None:
    seen = []

    def printing(packing_slip: PackingSlip, *, on_page: Callable[[int], object]) -> bytes:
        for page in (1, 2):
            on_page(page)
            seen.append(PrintJob.objects.values_list("state", "pages").get())
        return b"%PDF"

    monkeypatch.setattr(print_job, "packing_slip_pdf", printing)
    print_for(job.pk)

    assert seen == [(PrintJobState.RUNNING, 1), (PrintJobState.RUNNING, 2)]


@pytest.mark.parametrize("fault", [ValueError("broken"), SystemExit(1)], ids=["fails", "is stopped"])
def test_a_print_that_fails_says_so(job: PrintJob, monkeypatch: pytest.MonkeyPatch, fault: BaseException) -> None:
    def printing(packing_slip: PackingSlip, *, on_page: Callable[[int], object]) -> bytes:
        on_page(1)
        raise fault

    monkeypatch.setattr(print_job, "packing_slip_pdf", printing)
    with pytest.raises(type(fault)):
        print_for(job.pk)

    job.refresh_from_db()
    assert (job.state, job.is_finished, job.pdf) == (PrintJobState.FAILED, True, None)
    assert job.finished_at


def test_a_print_that_died_is_started_again(job: PrintJob, packing_slip: PackingSlip, user: User) -> None:
    PrintJob.objects.update(state=PrintJobState.RUNNING)  # a worker was killed: nobody could say so

    again = start_print_job(packing_slip=packing_slip, user=user)
    print_for(again.pk)

    assert set(PrintJob.objects.values_list("pk", "state")) == {
        (job.pk, PrintJobState.RUNNING),
        (again.pk, PrintJobState.DONE),
    }


def test_jobs_older_than_a_day_make_room(job: PrintJob, packing_slip: PackingSlip, user: User) -> None:
    kept = start_print_job(packing_slip=packing_slip, user=user)
    now = timezone.now()
    PrintJob.objects.filter(pk=job.pk).update(created_at=now - timedelta(days=1, seconds=1))
    PrintJob.objects.filter(pk=kept.pk).update(created_at=now - timedelta(hours=23))

    new = start_print_job(packing_slip=packing_slip, user=user)

    assert set(PrintJob.objects.all()) == {kept, new}
    assert str(new) == "PS-1: Waiting"


def test_a_draft_does_not_print(user: User) -> None:
    with pytest.raises(NotPosted):
        start_print_job(packing_slip=PackingSlipFactory(), user=user)


@pytest.mark.rule("AUT-3")
def test_it_takes_the_right_to_view(packing_slip: PackingSlip) -> None:
    with pytest.raises(NotPermitted):
        start_print_job(packing_slip=packing_slip, user=UserFactory())

    assert not PrintJob.objects.exists()
