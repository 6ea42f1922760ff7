"""The settings of the measured server: the product's own, and beside its pages the floor of a scan."""

from pathlib import Path

from serialreg.settings import *  # noqa: F403
from serialreg.settings import STORAGES, TEMPLATES

ROOT_URLCONF = "tests.benchmarks.urls"
TEMPLATES[0]["DIRS"].append(Path(__file__).parent / "templates")
STORAGES = STORAGES | {"staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}}
