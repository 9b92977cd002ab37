"""Makes the organization of an acceptance test by the actions of real life, and prints it as JSON.

`python -m tests.acceptance.organization`, in the environment of an installation. The people and offices are those of
the demo, without its referrals.
"""

from __future__ import annotations

import json
import secrets
from typing import Any

from homing.cli.demo import cast
from homing.cli.environment import django_ready
from homing.kit.actor import Actor

AUTHOR = Actor.system("acceptance")


def main() -> None:
    with django_ready():
        print(json.dumps(make()))


def make() -> dict[str, Any]:
    """Make it, and return what `installation.Organization` needs. Django is set up."""
    from homing.accounts.organization import create_location
    from homing.tenancy import actions as tenancy
    from homing.tenancy.scope import scoped

    organization = tenancy.create_organization(
        actor=AUTHOR,
        name=cast.ORGANIZATION_NAME,
        slug=cast.ORGANIZATION_SLUG,
        fax=cast.ORGANIZATION_FAX,
        phone=cast.ORGANIZATION_PHONE,
        address=cast.ORGANIZATION_ADDRESS,
    )
    made: dict[str, Any] = {"id": str(organization.id), "slug": organization.slug, "fax": organization.fax}
    with scoped(organization.id):
        for place in cast.LOCATIONS:
            create_location(
                actor=AUTHOR,
                name=place.name,
                address=place.address,
                postal_code=place.postal_code,
                specialties=place.specialties,
            )
        made["sign_ins"] = [_person(person) for person in cast.STAFF]
        made["offices"] = [_office(number) for number in range(len(cast.PRACTICES))]
    return made


def _person(person: cast.Person) -> dict[str, str]:
    from homing.accounts import actions as accounts

    password = secrets.token_urlsafe(12)
    accounts.add_member(actor=AUTHOR, email=person.email, name=person.name, role=person.role, password=password)
    return {"role": person.role.value, "name": person.name, "email": person.email, "password": password}


def _office(number: int) -> dict[str, str | int]:
    from homing.directory import actions as directory

    practice = cast.PRACTICES[number]
    office_id = directory.create_office(
        actor=AUTHOR,
        name=practice.name,
        kind="receiving" if practice.receives else "referring",
        address=practice.address,
        phone=f"+1{practice.phone}",
        fax=f"+1{practice.fax}",
        specialties=practice.specialties,
    )
    directory.add_practitioner(
        actor=AUTHOR,
        office_id=office_id,
        family=practice.family,
        given=practice.given,
        npi=practice.npi,
        specialty=practice.specialties[0] if practice.specialties else "Family Medicine",
    )
    return {"id": str(office_id), "number": number, "name": practice.name, "fax": f"+1{practice.fax}"}


if __name__ == "__main__":
    main()
