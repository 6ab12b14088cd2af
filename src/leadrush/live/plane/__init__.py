"""The media plane: media servers, HLS, RTMP and films. No tables, and nothing about persons.

A room and a participant are words that the caller chose; what follows from the site's own tables is said by
those who call this.
"""
