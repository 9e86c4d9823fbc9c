"""From a file or an upload to sound, identity and tags; the only room that knows codecs."""
