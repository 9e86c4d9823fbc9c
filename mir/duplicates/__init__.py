"""Recordings that a library holds more than once, and those that share sound or music.

A view that follows from the evidence in `mir.catalogue.matches`, and changes nothing.
"""
