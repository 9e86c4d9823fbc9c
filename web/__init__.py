"""The face: the API, the pages and the media, over one engine."""
