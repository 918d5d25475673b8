"""Starts a program as systemd does with a socket unit: passed.py PATH -- PROGRAM..."""

import os
import socket
import sys

path, _, *program = sys.argv[1:]
unix = socket.socket(socket.AF_UNIX)
unix.bind(path)
unix.listen(16)
tcp = socket.socket()
tcp.bind(("127.0.0.1", 0))
tcp.listen(16)
with open(path + ".port", "w") as port:
    port.write(str(tcp.getsockname()[1]))
for number, passed in enumerate([os.dup2(unix.fileno(), 100), os.dup2(tcp.fileno(), 101)], 3):
    os.dup2(passed, number)
os.closerange(5, 200)
os.environ.update(LISTEN_PID=str(os.getpid()), LISTEN_FDS="2", LISTEN_FDNAMES="docker.socket:tcp")
os.execv(program[0], program)
