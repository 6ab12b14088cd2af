"""Server logs: views counted from the log file of a server in front of this site. Clause `visits-logs`.

`taking` has the file itself, `lines` cuts it, `formats` takes a line apart, `kinds` says which page, browser
and country that is, `counting` makes a view of it, and `reading` brings those into the days. An address lies
in our copy of the file until that is counted, and otherwise in memory only.
"""
