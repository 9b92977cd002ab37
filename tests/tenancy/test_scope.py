"""Tenant isolation: managers raise without scope, the database shows nothing across tenants. Runs for every table."""

from __future__ import annotations

from itertools import pairwise

import psycopg
import pytest
from django.apps import apps
from django.db import DatabaseError, connection, models, transaction
from psycopg import sql

from homing.accounts.organization import create_location
from homing.kit.actor import Actor
from homing.tenancy.fields import TenantModel
from homing.tenancy.models import Location, Organization
from homing.tenancy.scope import ScopeMissing, current_organization_id, has_scope, scoped

#: Tables without row-level security, each with its reason.
EXEMPT = {
    "tenancy_resolver": "must be found before a tenant is known; holds no PHI",
    "tenancy_unclaimedarrival": "belongs to no tenant; holds no PHI",
    "accounts_user": "sign-in comes before the tenant; holds no PHI",
    "account_emailaddress": "allauth's; sign-in comes before the tenant",
    "account_emailconfirmation": "allauth's; sign-in comes before the tenant",
    "auth_group": "Django's; unused, required by its app",
    "auth_group_permissions": "Django's; unused, required by its app",
    "auth_permission": "Django's; unused, required by its app",
    "django_content_type": "Django's; names of models",
    "django_migrations": "Django's; names of migrations",
    "django_session": "signed-in sessions; come before the tenant, hold ids only",
    "procrastinate_events": "jobs carry ids only",
    "procrastinate_jobs": "jobs carry ids only",
    "procrastinate_periodic_defers": "jobs carry ids only",
    "procrastinate_workers": "heartbeats",
    "messaging_hint": "a carrier's webhook comes before the tenant; holds a carrier reference only",
}
TENANT_MODELS = [model for model in apps.get_models() if issubclass(model, TenantModel)]


def _tables(query: str) -> set[str]:
    with connection.cursor() as cursor:
        cursor.execute(query)
        return {row[0] for row in cursor.fetchall()}


def test_every_table_is_protected_or_exempt_with_a_reason(db: None) -> None:
    everything = _tables("SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace")
    protected = _tables(
        "SELECT c.relname FROM pg_class c JOIN pg_policy p ON p.polrelid = c.oid"
        " WHERE c.relrowsecurity AND c.relforcerowsecurity AND p.polname = 'tenant'"
    )
    assert everything - protected == set(EXEMPT) & everything
    assert {model._meta.db_table for model in TENANT_MODELS} <= protected


def test_the_tests_run_as_the_role_that_policies_bind(db: None) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_user, rolsuper OR rolbypassrls FROM pg_roles WHERE rolname = current_user")
        assert cursor.fetchone() == ("homing_app", False)


@pytest.mark.parametrize("model", TENANT_MODELS, ids=lambda model: model._meta.label)
def test_a_query_without_scope_raises(model: type[TenantModel], db: None) -> None:
    with pytest.raises(ScopeMissing):
        model.objects.count()


@pytest.mark.parametrize("model", TENANT_MODELS, ids=lambda model: model._meta.label)
def test_the_database_itself_shows_nothing_without_scope(model: type[TenantModel], organization: Organization) -> None:
    table = model._meta.db_table
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('homing.org', '', true)")
        cursor.execute(sql.SQL("SELECT count(*) FROM {}").format(sql.Identifier(table)))
        assert cursor.fetchone() == (0,)


@pytest.mark.parametrize("model", TENANT_MODELS, ids=lambda model: model._meta.label)
def test_references_between_tenant_tables_are_composite(model: type[TenantModel], db: None) -> None:
    expected = {
        f.column for f in model._meta.concrete_fields if isinstance(f, models.ForeignKey) and f.name != "organization"
    }
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE contype = 'f' AND conrelid = %s::regclass",
            [model._meta.db_table],
        )
        definitions = [row[0] for row in cursor.fetchall()]
    for column in expected:
        assert any(f"(organization_id, {column})" in definition for definition in definitions), column


def test_another_tenants_rows_are_not_seen(organization: Organization, other_organization: Organization) -> None:
    create_location(actor=Actor.system("tests"), name="Ours")
    with scoped(other_organization.id):
        assert not Location.objects.exists()
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM tenancy_location")
            assert cursor.fetchone() == (0,)
    assert Location.objects.count() == 1


def test_a_row_cannot_be_written_for_another_tenant(
    organization: Organization, other_organization: Organization
) -> None:
    with pytest.raises(DatabaseError, match="row-level security"), transaction.atomic():
        Location.objects.bulk_create([Location(organization_id=other_organization.id, name="Theirs")])


def test_scope_ends_with_its_block_also_after_an_error(
    organization: Organization, other_organization: Organization
) -> None:
    with pytest.raises(LookupError), scoped(other_organization.id):
        raise LookupError
    assert current_organization_id() == organization.id
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('homing.org')")
        assert cursor.fetchone() == (str(organization.id),)


def test_there_is_no_scope_outside(db: None) -> None:
    assert not has_scope()
    with pytest.raises(ScopeMissing):
        current_organization_id()


def test_migrations_are_linear() -> None:
    from django.db.migrations.loader import MigrationLoader

    loader = MigrationLoader(None, ignore_no_migrations=True)
    for config in apps.get_app_configs():
        if config.name.startswith("homing."):
            names = sorted(name for label, name in loader.disk_migrations if label == config.label)
            assert all(int(a[:4]) + 1 == int(b[:4]) for a, b in pairwise(names)), names


def test_append_only_tables_cannot_be_changed(organization: Organization) -> None:
    with pytest.raises(DatabaseError, match="permission denied") as refused, transaction.atomic():
        connection.cursor().execute("DELETE FROM audit_auditrecord")
    assert isinstance(refused.value.__cause__, psycopg.errors.InsufficientPrivilege)
