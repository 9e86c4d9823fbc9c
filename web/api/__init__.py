"""The API below /api/v1, described by OpenAPI from the code that answers."""
