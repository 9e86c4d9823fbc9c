"""Accounts: passwords, sessions and keys, and what each lets one do; see docs/security.md."""
