"""listen.py PORT,PORT...: takes connections at these ports, and answers 200 to what speaks HTTP."""

import selectors
import socket
import sys


def listen(selector, family, address, port):
    listener = socket.socket(family)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    if family == socket.AF_INET6:
        listener.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
    try:
        listener.bind((address, port))
    except OSError:  # no such family here
        return
    listener.listen(64)
    selector.register(listener, selectors.EVENT_READ)


def answer(connection):
    connection.settimeout(0.3)
    try:
        if connection.recv(4096)[:4] in (b"GET ", b"HEAD", b"POST"):
            connection.sendall(b"HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\nok")
    except OSError:  # who asks has gone, or says nothing
        pass
    connection.close()


def main():
    selector = selectors.DefaultSelector()
    for port in sys.argv[1].split(","):
        listen(selector, socket.AF_INET, "0.0.0.0", int(port))
        listen(selector, socket.AF_INET6, "::", int(port))
    while True:
        for key, _ in selector.select():
            answer(key.fileobj.accept()[0])


main()
