"""PCK-2: the same submission finds what the first one made."""

import pytest

from orders.models import Customer, Product, Submission
from orders.operations.submission import once
from serialreg.errors import Malformed, NotFound
from tests.factories import CustomerFactory, ProductFactory, UserFactory

pytestmark = [pytest.mark.django_db, pytest.mark.rule("PCK-2")]


def make(token, user):
    return once(token=token, user=user, made=Customer, work=CustomerFactory)


def test_a_token_makes_one_thing_for_its_user():
    user, other = UserFactory(), UserFactory()
    first = make("t1", user)
    assert make("t1", user) == first
    assert make("t2", user) != first
    assert make("t1", other) != first
    assert Customer.objects.count() == 3


def test_without_a_token_the_work_is_done_each_time():
    user = UserFactory()
    assert make("", user) != make("", user)
    assert not Submission.objects.exists()


def test_what_fails_gives_its_token_back():
    user = UserFactory()
    with pytest.raises(ZeroDivisionError):
        once(token="t1", user=user, made=Customer, work=lambda: 1 // 0)
    assert make("t1", user) == Customer.objects.get()


def test_what_was_made_and_then_deleted_is_not_made_again():
    user = UserFactory()
    first = make("t1", user)
    first.addresses.all().delete()
    first.delete()
    with pytest.raises(NotFound):
        make("t1", user)


@pytest.mark.parametrize("token", ["t\x00", "t\n", "é", "t" * 101])
def test_a_damaged_token_is_refused(token):
    with pytest.raises(Malformed):
        make(token, UserFactory())


def test_a_token_belongs_to_one_form():
    user = UserFactory()
    make("t1", user)
    with pytest.raises(Malformed):
        once(token="t1", user=user, made=Product, work=ProductFactory)
    assert not Product.objects.exists()
