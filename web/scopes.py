"""What each route asks of whoever wants it, where there are accounts.

To look at something takes the scope `read`, to change anything `admin`, unless it stands here. A
test holds that every route that is not only looked at does.
"""

from flask import Request

from mir.catalogue.api_keys import Scope

OPEN = frozenset(
    {
        "static",
        "pages.static",
        "pages.favicon",
        "library.health",
        "monitoring.live",
        "monitoring.ready",
        "account_pages.login",
        "account_pages.sign_in",
        "accounts.sign_in_by_name",
    }
)
"""Answered to anybody; none of them reads the library."""

ASKING = frozenset(
    {
        "search.search",
        "search.identify_clip",
        "search.identify_timeline",
        "search.classify_clip",
        "rights.check_rights",
        "pages.search_clip",
        "rights_pages.check",
    }
)
"""Uploads that are heard, answered and forgotten: `read`, and not too often."""

WRITING = frozenset(
    {
        "plays.record_plays",
        "plays.undo_play",
        "plays.erase_plays",
        "playlists.make_playlist",
        "playlists.rename_playlist",
        "playlists.delete_playlist",
        "playlists.set_entries",
        "playlists.add_entries",
        "playlists.remove_entry",
        "playlists.move_entry",
        "playlists.refresh_playlist",
        "playlist_files.import_playlist",
        "playlist_pages.make",
        "playlist_pages.import_list",
        "playlist_pages.change",
        "playlist_pages.add",
        "taste_pages.undo",
        "taste_pages.erase",
        "account_pages.sign_out",
        "account_pages.change_password",
        "account_pages.make_key",
        "account_pages.revoke_key",
        "accounts.end_session",
        "accounts.set_my_password",
        "accounts.make_my_key",
        "accounts.revoke_a_key",
    }
)
"""What a listener writes, all of it their own: `write`."""

CHANGING = frozenset(
    {
        "failures.retry_all_failures",
        "failures.retry_failure",
        "failures.ignore_failure",
        "failures.restore_failure",
        "pages.change_failures",
        "account_pages.add_user",
        "account_pages.remove_user",
        "account_pages.make_first",
        "accounts.list_users",
        "accounts.make_user",
        "accounts.remove_a_user",
        "accounts.make_first_account",
        "roots.add_root",
        "roots.remove_root",
        "runs.begin_run",
        "library_pages.begin_run",
        "library_pages.add_root",
        "library_pages.remove_root",
    }
)
"""What changes the library or its accounts: `admin`."""

BY_HAND = frozenset(
    {
        "account_pages.settings",
        "account_pages.settings_again",
        "account_pages.sign_out",
        "account_pages.change_password",
        "account_pages.make_key",
        "account_pages.revoke_key",
        "account_pages.add_user",
        "account_pages.remove_user",
        "account_pages.make_first",
        "accounts.end_session",
        "accounts.set_my_password",
        "accounts.list_keys",
        "accounts.make_my_key",
        "accounts.revoke_a_key",
        "accounts.list_users",
        "accounts.make_user",
        "accounts.remove_a_user",
        "accounts.make_first_account",
    }
)
"""Only for who has signed in: a key that is lost must not make others."""

ONLY_READ = frozenset({"GET", "HEAD", "OPTIONS"})


def scope_of(endpoint: str | None, method: str) -> Scope | None:
    """The scope that a request takes, None where it takes none."""
    if endpoint in OPEN:
        return None
    if endpoint in CHANGING:  # the list of users is looked at by admins alone
        return "admin"
    if method in ONLY_READ or endpoint in ASKING:
        return "read"
    return "write" if endpoint in WRITING else "admin"


def needed(request: Request) -> Scope | None:
    """The scope that this request takes, None where it takes none."""
    return scope_of(request.endpoint, request.method)
