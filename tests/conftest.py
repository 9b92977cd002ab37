"""The test run's own installation: data folder, database, settings. Fixtures of the domain are in tests/factories."""

from __future__ import annotations

import os
from collections.abc import Iterator

import django
import hypothesis
import pytest
from pytest_django import DjangoDbBlocker

from tests import database

_controls = database.FOLDER_VARIABLE not in os.environ

# Before the settings are imported.
os.environ["HOMING_DATA"] = str(database.run_folder().root)
os.environ["HOMING_SECRET_KEY"] = "of no value: it signs what tests ask to be signed"
os.environ["DATABASE_URL"] = database.app_url()
os.environ["DJANGO_SETTINGS_MODULE"] = "homing.config.settings"
os.environ["HOMING_STRICT_TEMPLATES"] = "1"

django.setup()

pytest_plugins = ["tests.factories"]

# A slow machine is no defect of the code.
hypothesis.settings.register_profile("homing", deadline=None)
hypothesis.settings.load_profile("homing")


def pytest_unconfigure() -> None:
    if _controls:
        database.remove()


@pytest.fixture(scope="session")
def django_db_setup(django_test_environment: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """Replace pytest-django's: the database is a copy of one that the owner role migrated."""
    from django.db import connections
    from django.test import TransactionTestCase

    def start_afresh(_case: TransactionTestCase) -> None:
        # Django would TRUNCATE, which the app role may not, and would lose what migrations have put there.
        connections.close_all()
        database.renew()

    # A process of xdist inherits the controller's environment, and has read its settings before this file.
    connections["default"].settings_dict["NAME"] = database.NAME
    database.make()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(TransactionTestCase, "_fixture_teardown", start_afresh)
        yield
    with django_db_blocker.unblock():
        connections.close_all()
