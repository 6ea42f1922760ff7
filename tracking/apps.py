from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from serialreg import triggers
from tracking.triggers import TRIGGERS


class TrackingConfig(AppConfig):
    name = "tracking"
    verbose_name = _("Tracking")

    def ready(self) -> None:
        triggers.keep(TRIGGERS, app=self)
