from __future__ import annotations

from django.conf import settings
from django.db import models

from orders.models.fields import PlainText


class Submission(models.Model):
    """A form or request that was carried out, by its token: the same again finds what it made (PCK-2)."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    token = PlainText(max_length=100)
    made = models.CharField(max_length=50)  # the model of what it made, and of what it said a digest …
    made_id = models.PositiveBigIntegerField(null=True)  # … and its key
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["user", "token"], name="submission_once")]

    def __str__(self) -> str:
        return self.token
