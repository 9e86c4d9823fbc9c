"""Fingerprints: which recording is this, and where in it.

`landmarks` hears a recording, `FingerprintIndex` holds what was heard of many, `identify` finds a
clip among them. Nothing here opens a catalogue or decodes a file. docs/fingerprints.md tells how
it works and how well.
"""
