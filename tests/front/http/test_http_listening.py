"""Sockets that listeners share, addresses that cannot be had, and a process that runs out of files."""

import socket
import subprocess
import sys
import threading

import pytest

from poca_kg.errors import LimitError, UsageError
from poca_kg.front.sockets import address_of, open_sockets

OUT_OF_FILES = """
import asyncio, logging, resource, socket
from poca_kg.front.event_loop import new_event_loop
from poca_kg.front.listener import Listener
from poca_kg.front.messages import Response
from poca_kg.front.sockets import open_sockets

async def ask(port):
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(b"GET / HTTP/1.0\\r\\n\\r\\n")
    answer = await reader.read()
    writer.close()
    return answer

async def main():
    logging.basicConfig(level=logging.WARNING)
    listener = Listener(lambda call: call.respond(Response(200)))
    sockets = open_sockets("127.0.0.1", 0)
    port = sockets[0].getsockname()[1]
    await listener.start(sockets)
    await ask(port)
    clients = [socket.socket() for _ in range(40)]
    used = max(client.fileno() for client in clients)
    resource.setrlimit(resource.RLIMIT_NOFILE, (used + 10, used + 10))
    for client in clients:
        client.connect(("127.0.0.1", port))
    await asyncio.sleep(0.3)
    assert 0 < listener.connections < 40, listener.connections
    for client in clients:
        client.close()
    assert b"200 OK" in await asyncio.wait_for(ask(port), 10)
    await listener.drain(1)

asyncio.Runner(loop_factory=new_event_loop).run(main())
print("served")
"""


def test_listeners_with_a_socket_in_common_share_the_connections(start, site):
    one, sites = start(), [site, type(site)()]
    other = start(sites[1])
    shared = [sock.dup() for sock in one.sockets]
    other.run(other.listener.start(shared))
    clients = [one.client() for _ in range(100)]
    answers = [client.get("/a").answer().status for client in clients]
    for client in clients:
        client.sock.close()
    assert answers == [200] * 100
    assert all(len(site.seen) > 10 for site in sites)


def test_a_listener_leaves_a_shared_socket_to_the_others(start, site, until):
    one = start()
    other = start(type(site)())
    shared = [sock.dup() for sock in one.sockets]
    other.run(other.listener.start(shared))
    port = one.port
    one.drain()
    for _ in range(10):
        with socket.create_connection(("127.0.0.1", port), timeout=10) as sock:
            sock.sendall(b"GET / HTTP/1.0\r\n\r\n")
            assert sock.recv(100).startswith(b"HTTP/1.1 200")


def test_connections_that_wait_when_a_listener_drains_are_served(start, site):
    server = start()
    clients = []

    async def come_and_stop() -> None:
        clients.extend(server.client().get("/late") for _ in range(20))
        await server.listener.drain(2.0)

    server.run(come_and_stop())
    for client in clients:
        assert client.answer().fields["connection"] == "close"
        client.sock.close()


def test_connections_that_come_while_nobody_listens_wait(start, site):
    sockets = open_sockets("127.0.0.1", 0)
    port = sockets[0].getsockname()[1]
    with socket.create_connection(("127.0.0.1", port), timeout=10) as early:
        early.sendall(b"GET /early HTTP/1.0\r\n\r\n")
        server = start()
        server.run(server.listener.start(sockets))
        assert early.recv(100).startswith(b"HTTP/1.1 200")


def test_a_process_without_files_left_serves_again_once_there_are_some():
    done = subprocess.run(
        [sys.executable, "-c", OUT_OF_FILES], capture_output=True, text=True, timeout=60, check=False
    )
    assert done.stdout.strip() == "served", done.stderr
    assert "no connection can be taken for the moment" in done.stderr


def test_a_taken_port_is_told_in_one_sentence():
    with open_sockets("127.0.0.1", 0)[0] as sock:
        port = sock.getsockname()[1]
        with pytest.raises(
            LimitError, match=f"127.0.0.1:{port} cannot be listened on: Address already in use"
        ):
            open_sockets("127.0.0.1", port)


@pytest.mark.parametrize("host", ["no.such.host.invalid", "a..b", "1.2.3.4.5"])
def test_a_host_that_is_none_is_told(host):
    with pytest.raises(UsageError, match="there is no address"):
        open_sockets(host, 0)


def test_all_addresses_of_a_host_have_one_port():
    sockets = open_sockets("localhost", 0)
    ports = {sock.getsockname()[1] for sock in sockets}
    for sock in sockets:
        sock.close()
    assert len(ports) == 1


def test_an_address_of_ipv6_stands_in_brackets():
    try:
        sock = open_sockets("::1", 0)[0]
    except LimitError:
        pytest.skip("this machine has no IPv6")
    with sock:
        assert address_of(sock).startswith("http://[::1]:")


def test_a_unix_socket_is_served_too(start, tmp_path, site):
    server = start()
    path = tmp_path / "front.sock"
    sock = socket.socket(socket.AF_UNIX)
    sock.bind(str(path))
    sock.listen()
    server.run(server.listener.start([sock]))
    with socket.socket(socket.AF_UNIX) as client:
        client.settimeout(10)
        client.connect(str(path))
        client.sendall(b"GET /a HTTP/1.0\r\n\r\n")
        assert client.recv(100).startswith(b"HTTP/1.1 200")
    assert site.seen[0].peer == ""


def test_clients_of_a_thread_each_get_their_own_answers(server):
    wrong = []

    def ask(number: int) -> None:
        with server.client() as client:
            for turn in range(50):
                answer = client.get(f"/{number}/{turn}").answer()
                if answer.body != b"GET /%d/%d " % (number, turn):
                    wrong.append(answer)

    threads = [threading.Thread(target=ask, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not wrong
