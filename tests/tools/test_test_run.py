"""What every other test relies on."""

from __future__ import annotations

import socket

import pytest
from django.db import connection
from pytest_socket import SocketConnectBlockedError

from tests import database


@pytest.mark.django_db
def test_tests_run_under_the_app_role_which_sees_no_more_than_the_application() -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT current_user, current_database(), rolsuper OR rolbypassrls"
            " FROM pg_roles WHERE rolname = current_user"
        )
        assert cursor.fetchone() == ("homing_app", database.NAME, False)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("attempt", [1, 2])
def test_what_a_test_commits_is_gone_for_the_next(attempt: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM tenancy_resolver WHERE key = 'left behind'")
        assert cursor.fetchone() == (0,)
        cursor.execute(
            "INSERT INTO tenancy_resolver (kind, key, organization_id)"
            " VALUES ('user', 'left behind', gen_random_uuid())"
        )


def test_no_test_reaches_the_network() -> None:
    # It warns before it raises, and warnings are errors.
    with socket.socket() as outside, pytest.raises((SocketConnectBlockedError, UserWarning), match=r"192\.0\.2\.1"):
        outside.connect(("192.0.2.1", 80))
