"""What the street takes from persons: nothing. Wagtail's tables know staff as numbers, visitors not at all.

A number stands for a person in the vault and means nothing without it; Wagtail keeps no address and no name.
What an editor writes on a page is public words of the business.
"""

from __future__ import annotations

COLLECTS: list[object] = []

_PAGES = "public words of the business"
_STAFF = "pages and pictures; which member of staff did it stands there as a number"
_RIGHTS = "what a group may do; nobody is in a group, since the role decides"
_SHUT = "part of Wagtail that is closed here; stays empty"
_DJANGO = "names of tables and permissions; nothing about anybody"

NOTHING: dict[str, str] = {
    "website.HomePage": _PAGES,
    "website.ArticlePage": _PAGES,
    "website.Picture": _STAFF,
    "website.Rendition": _PAGES,
    "website.Founded": "when this site was founded",
    "wagtailcore.Page": _STAFF,
    "wagtailcore.Revision": _STAFF,
    "wagtailcore.PageLogEntry": _STAFF,
    "wagtailcore.ModelLogEntry": _STAFF,
    "wagtailcore.UploadedFile": _STAFF,
    "wagtailcore.Site": _PAGES,
    "wagtailcore.Locale": _PAGES,
    "wagtailcore.Collection": _PAGES,
    "wagtailcore.ReferenceIndex": _PAGES,
    "wagtailsearch.IndexEntry": "the words of public pages, to search them in the editor",
    "wagtailsearch.SQLiteFTSIndexEntry": "the words of public pages, to search them in the editor",
    "wagtailimages.Image": _SHUT,
    "wagtailimages.Rendition": _SHUT,
    "wagtailadmin.EditingSession": "who has which page open, as a number; gone with the session",
    "wagtailadmin.FormState": "an unsent form of the editor, under the number of whoever writes it",
    "wagtailadmin.Admin": _DJANGO,
    "wagtailusers.UserProfile": "a member of staff's language and colours in the editor, under their number",
    "wagtailcore.GroupPagePermission": _RIGHTS,
    "wagtailcore.GroupCollectionPermission": _RIGHTS,
    "wagtailcore.GroupSitePermission": _RIGHTS,
    "auth.Group": _RIGHTS,
    "auth.Group_permissions": _RIGHTS,
    "auth.Permission": _DJANGO,
    "contenttypes.ContentType": _DJANGO,
    "vault.Person_groups": "stays empty: the role decides",
    "vault.Person_user_permissions": "stays empty: the role decides",
    "taggit.Tag": _PAGES,
    "taggit.TaggedItem": _PAGES,
    "wagtailcore.ApiToken": _SHUT,
    "wagtailcore.CollectionViewRestriction": _SHUT,
    "wagtailcore.CollectionViewRestriction_groups": _SHUT,
    "wagtailcore.PageViewRestriction": _SHUT,
    "wagtailcore.PageViewRestriction_groups": _SHUT,
    "wagtailcore.PageSubscription": "whether a member of staff follows a page, as numbers; no mail is sent",
    "wagtailcore.Comment": _SHUT,
    "wagtailcore.CommentReply": _SHUT,
    "wagtailcore.Workflow": _SHUT,
    "wagtailcore.WorkflowContentType": _SHUT,
    "wagtailcore.WorkflowPage": _SHUT,
    "wagtailcore.WorkflowState": _SHUT,
    "wagtailcore.WorkflowTask": _SHUT,
    "wagtailcore.Task": _SHUT,
    "wagtailcore.TaskState": _SHUT,
    "wagtailcore.GroupApprovalTask": _SHUT,
    "wagtailcore.GroupApprovalTask_groups": _SHUT,
}
