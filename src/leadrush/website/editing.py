"""Who may edit pages: editors and owners, said by their role. Nobody is put into a group and forgotten there.

Wagtail asks two kinds of question. "May this person do X at all?" goes to `ByRole`, a sign-in backend that
signs nobody in. "On which pages, which pictures?" goes to the policies below, which lend an editor what
Wagtail's own group "Moderators" may do.
"""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from wagtail.models import GroupCollectionPermission, GroupPagePermission
from wagtail.permission_policies.collections import CollectionOwnershipPermissionPolicy
from wagtail.permission_policies.pages import PagePermissionPolicy

LENT = "Moderators"
"""The group that Wagtail's own migrations make, with what somebody needs who writes and publishes."""
MAY = frozenset(
    {
        "wagtailadmin.access_admin",
        "wagtailimages.add_image",
        "wagtailimages.change_image",
        "wagtailimages.delete_image",
        "wagtailimages.choose_image",
    }
)


def edits(person: Any) -> bool:
    """Say whether somebody may edit pages."""
    return bool(getattr(person, "is_authenticated", False) and person.may("editor"))


class ByRole:
    """Answers Django's questions about permissions from the person's role; signs nobody in."""

    def authenticate(self, request: Any, **credentials: Any) -> None:
        """Sign nobody in."""
        return

    def get_user(self, key: Any) -> None:
        """Find nobody: whoever signed in did so elsewhere."""
        return

    def get_user_permissions(self, person: Any, obj: Any = None) -> set[str]:
        """Return what an editor may do."""
        return set(MAY) if obj is None and edits(person) else set()

    get_all_permissions = get_user_permissions

    def get_group_permissions(self, person: Any, obj: Any = None) -> set[str]:
        """Return nothing: there are no groups."""
        return set()

    def has_perm(self, person: Any, permission: str, obj: Any = None) -> bool:
        """Say whether an editor may do this one thing."""
        return obj is None and permission in MAY and edits(person)

    def has_module_perms(self, person: Any, label: str) -> bool:
        """Say whether an editor may do anything in an app."""
        return any(one.startswith(f"{label}.") for one in MAY) and edits(person)


class Pages(PagePermissionPolicy):
    """Every page, for whoever edits."""

    def get_all_permissions_for_user(self, user: Any) -> QuerySet[Any]:
        """Return the permissions of the lent group."""
        if not edits(user):
            return GroupPagePermission.objects.none()
        return GroupPagePermission.objects.filter(group__name=LENT).select_related("page", "permission")


class Pictures(CollectionOwnershipPermissionPolicy):
    """Every picture, for whoever edits."""

    def get_all_permissions_for_user(self, user: Any) -> QuerySet[Any]:
        """Return the permissions of the lent group."""
        if not edits(user):
            return GroupCollectionPermission.objects.none()
        return GroupCollectionPermission.objects.filter(group__name=LENT).select_related(
            "permission", "collection"
        )
