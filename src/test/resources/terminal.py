"""Runs a command on a terminal of its own. Its output goes to stdout; stdin takes lines of orders:
"type HEX" types bytes, "size ROWS COLUMNS" resizes. Ends with the command's exit code."""
import fcntl, os, pty, select, struct, sys, termios


def resize(fd, rows, columns):
    fcntl.ioctl(fd, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))


def obey(master, line):
    words = line.split()
    if words[0] == b"type":
        os.write(master, bytes.fromhex(words[1].decode()))
    elif words[0] == b"size":
        resize(master, int(words[1]), int(words[2]))


child, master = pty.fork()
if child == 0:
    resize(0, 24, 80)
    os.execvp(sys.argv[1], sys.argv[1:])
pending, sources = b"", [0, master]
while True:
    ready, _, _ = select.select(sources, [], [])
    if master in ready:
        try:
            data = os.read(master, 65536)
        except OSError:  # the last holder of the terminal has gone
            break
        if not data:
            break
        os.write(1, data)
    if 0 in ready:
        data = os.read(0, 65536)
        if not data:
            sources.remove(0)
        *lines, pending = (pending + data).split(b"\n")
        for line in lines:
            obey(master, line)
_, status = os.waitpid(child, 0)
sys.exit(os.waitstatus_to_exitcode(status) % 256)
