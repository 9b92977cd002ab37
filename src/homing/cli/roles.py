"""The database and its two roles, made by the superuser. Run again, it changes nothing but the passwords.

The owner runs migrations; the app role does everything else and sees only the rows of its organization (database.md).
"""

from __future__ import annotations

import psycopg
from psycopg import sql

OWNER = "homing_owner"
APP = "homing_app"
DATABASE = "homing"

#: Default privileges cover what the owner makes later. There is no grant on tables that exist: a migration that has
#: taken a right away from the app role (append-only tables) must not have it given back at the next start.
PRIVILEGES = (
    "ALTER SCHEMA public OWNER TO {owner}",
    "REVOKE ALL ON SCHEMA public FROM PUBLIC",
    "GRANT USAGE ON SCHEMA public TO {app}",
    "ALTER DEFAULT PRIVILEGES FOR ROLE {owner} IN SCHEMA public GRANT SELECT,INSERT,UPDATE,DELETE ON TABLES TO {app}",
    "ALTER DEFAULT PRIVILEGES FOR ROLE {owner} IN SCHEMA public GRANT USAGE, SELECT ON SEQUENCES TO {app}",
    "ALTER DEFAULT PRIVILEGES FOR ROLE {owner} IN SCHEMA public GRANT EXECUTE ON FUNCTIONS TO {app}",
)


def prepare(superuser_url: str, *, owner_password: str, app_password: str, database: str = DATABASE) -> None:
    """Create what is missing: two roles, `database` owned by the owner, the app role's privileges.

    `superuser_url` names any database of the server, and the user must be a superuser.
    """
    with psycopg.connect(superuser_url, autocommit=True) as connection:
        _prepare_role(connection, OWNER, owner_password)
        _prepare_role(connection, APP, app_password)
        if not _exists(connection, "SELECT 1 FROM pg_database WHERE datname = %s", database):
            connection.execute(
                sql.SQL("CREATE DATABASE {} OWNER {}").format(sql.Identifier(database), sql.Identifier(OWNER))
            )
    with psycopg.connect(superuser_url, dbname=database, autocommit=True) as connection:
        grant(connection, database)


def grant(connection: psycopg.Connection, database: str) -> None:
    """Give `database`, to which the superuser's `connection` leads, to the owner, and its use to the app role."""
    names = {"owner": sql.Identifier(OWNER), "app": sql.Identifier(APP), "database": sql.Identifier(database)}
    for statement in (
        "REVOKE ALL ON DATABASE {database} FROM PUBLIC",
        "GRANT CONNECT ON DATABASE {database} TO {app}",
        *PRIVILEGES,
    ):
        connection.execute(sql.SQL(statement).format(**names))


def _prepare_role(connection: psycopg.Connection, role: str, password: str) -> None:
    name = sql.Identifier(role)
    if not _exists(connection, "SELECT 1 FROM pg_roles WHERE rolname = %s", role):
        connection.execute(sql.SQL("CREATE ROLE {}").format(name))
    # Hashed here, so that the password travels in no statement.
    verifier = connection.pgconn.encrypt_password(password.encode(), role.encode(), b"scram-sha-256").decode()
    connection.execute(
        sql.SQL("ALTER ROLE {} LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS PASSWORD {}").format(
            name, sql.Literal(verifier)
        )
    )


def _exists(connection: psycopg.Connection, query: str, value: str) -> bool:
    return connection.execute(query.encode(), [value]).fetchone() is not None
