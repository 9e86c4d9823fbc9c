"""Versions of one piece, by melody and harmony: which recordings play the same music differently.

A recording is a sequence of chroma (`chroma`), kept packed (`packing`). Two stages find versions of
it in a library: a short vector that does not know the key (`summary`), then an alignment of the
chroma of two recordings (`alignment`), whose strength `significance` turns into a score.
Everything here is pure: samples and arrays in, frozen values out.
"""
