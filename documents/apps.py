from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from documents.triggers import TRIGGERS
from serialreg import triggers


class DocumentsConfig(AppConfig):
    name = "documents"
    verbose_name = _("Documents")

    def ready(self) -> None:
        triggers.keep(TRIGGERS, app=self)
