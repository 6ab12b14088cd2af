"""Server logs: views counted from the log file of a server in front of this site. Clause `visits-logs`.

`formats` reads a line, `kinds` says what page, browser and country that is, `reading` brings chunks of a file
into the days, `taking` has the file itself. An address of a log lies in our copy of it until that is counted,
and otherwise in memory only.
"""
