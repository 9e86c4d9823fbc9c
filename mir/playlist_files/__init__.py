"""Playlists as files that players read: M3U8, XSPF and JSPF; M3U read as well."""
