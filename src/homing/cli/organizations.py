"""Which organization a command is for."""

from __future__ import annotations

from uuid import UUID

from homing.kit.errors import HomingError


class WhichOrganization(HomingError):
    """Name the organization with --organization SLUG."""

    code = "which_organization"
    status = 400


def chosen(slug: str | None) -> UUID:
    """Return the organization `slug` names; without a slug, the only one there is. Raises WhichOrganization."""
    from homing.tenancy.models import ResolverKind
    from homing.tenancy.queries import all_organization_ids, organization_ids

    if slug is not None:
        found = organization_ids(ResolverKind.ORGANIZATION, slug)
        if not found:
            raise WhichOrganization(f"There is no organization {slug!r}.")
        return found[0]
    every = all_organization_ids()
    if len(every) != 1:
        raise WhichOrganization(
            "There is no organization yet. Set one up first: start Homing and open the link it prints."
            if not every
            else f"There are {len(every)} organizations. Name one with --organization SLUG."
        )
    return every[0]
