"""Real servers of the tests' own: databases and a broker, on private ports.

>>> with mariadb.running(folder) as server:
...     server.url('snapfault')
'mysql+pymysql://root@127.0.0.1:20311/snapfault'

They listen on the loopback address only, keep all they have in the folder
they are given, and end with the block.
"""
