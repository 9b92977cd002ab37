"""Migration operations that make a table tenant-owned in the database itself."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db.migrations.operations.base import Operation
from django.db.models import ForeignKey

if TYPE_CHECKING:
    from django.db import models
    from django.db.backends.base.schema import BaseDatabaseSchemaEditor
    from django.db.migrations.state import ProjectState

OWNER = "homing_owner"
APP = "homing_app"
LOCK_TIMEOUT = "SET LOCAL lock_timeout = '5s'"
_IN_SCOPE = "nullif(current_setting('homing.org', true), '')::uuid"


class ProtectTenantTable(Operation):
    """Row-level security, `unique (organization_id, id)` and composite foreign keys for one model.

    Foreign-key checks go around row-level security, so only the composite key makes a reference
    to another tenant's row impossible.
    """

    reduces_to_sql = True
    reversible = False

    def __init__(self, name: str, *, append_only: bool = False, tenant_column: str = "organization_id") -> None:
        self.name = name
        self.append_only = append_only
        self.tenant_column = tenant_column

    def state_forwards(self, app_label: str, state: ProjectState) -> None:
        """Leave the state as it is: only the database changes."""

    def database_forwards(
        self,
        app_label: str,
        schema_editor: BaseDatabaseSchemaEditor,
        from_state: ProjectState,  # noqa: ARG002  Django's signature
        to_state: ProjectState,
    ) -> None:
        """Run the statements."""
        model = to_state.apps.get_model(app_label, self.name)
        for statement in self._statements(model):
            schema_editor.execute(statement)

    def describe(self) -> str:
        """Return what `migrate` prints."""
        return f"Protect the tenant-owned table of {self.name}"

    def _statements(self, model: type[models.Model]) -> list[str]:
        table, column = model._meta.db_table, self.tenant_column
        in_scope = f"{column} = {_IN_SCOPE}"
        statements = [
            LOCK_TIMEOUT,
            f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY",
            f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY",
            f"CREATE POLICY owner_sees_all ON {table} TO {OWNER} USING (true) WITH CHECK (true)",
            f"CREATE POLICY tenant ON {table} TO {APP} USING ({in_scope}) WITH CHECK ({in_scope})",
        ]
        if column == "organization_id":
            statements.append(f"ALTER TABLE {table} ADD CONSTRAINT {table}_tenant_key UNIQUE (organization_id, id)")
            statements += [_composite_key(table, field) for field in _tenant_references(model)]
        if self.append_only:
            statements.append(f"REVOKE UPDATE, DELETE, TRUNCATE ON {table} FROM {APP}")
        return statements


class ProtectReference(Operation):
    """The composite foreign key for one tenant reference added after its table."""

    reduces_to_sql = True
    reversible = False

    def __init__(self, model_name: str, field: str) -> None:
        self.model_name = model_name
        self.field = field

    def state_forwards(self, app_label: str, state: ProjectState) -> None:
        """Leave the state as it is: only the database changes."""

    def database_forwards(
        self,
        app_label: str,
        schema_editor: BaseDatabaseSchemaEditor,
        from_state: ProjectState,  # noqa: ARG002  Django's signature
        to_state: ProjectState,
    ) -> None:
        """Run the statement."""
        model = to_state.apps.get_model(app_label, self.model_name)
        schema_editor.execute(_composite_key(model._meta.db_table, model._meta.get_field(self.field)))

    def describe(self) -> str:
        """Return what `migrate` prints."""
        return f"Protect the reference {self.model_name}.{self.field}"


def _tenant_references(model: type[models.Model]) -> list[Any]:
    keys: list[Any] = [field for field in model._meta.concrete_fields if isinstance(field, ForeignKey)]
    return [key for key in keys if not key.db_constraint]


def _composite_key(table: str, field: Any) -> str:
    target = field.remote_field.model._meta.db_table
    return (
        f"ALTER TABLE {table} ADD CONSTRAINT {table}_{field.column}_same_tenant "
        f"FOREIGN KEY (organization_id, {field.column}) REFERENCES {target} (organization_id, id)"
    )
