"""Who counts as a client: nobody can pass for another one, or for many."""

from ipaddress import ip_network

import pytest
from hypothesis import given
from hypothesis import strategies as st

from poca_kg.front.clients import client_of, is_trusted, scheme_of

PROXIES = [ip_network("10.0.0.0/8"), ip_network("fd00::/8")]


@pytest.mark.parametrize(
    ("peer", "forwarded", "client"),
    [
        ("203.0.113.9", None, "203.0.113.9"),
        ("203.0.113.9", "198.51.100.1", "203.0.113.9"),
        ("10.0.0.1", None, "10.0.0.1"),
        ("10.0.0.1", "198.51.100.1", "198.51.100.1"),
        ("10.0.0.1", "6.6.6.6, 198.51.100.1", "198.51.100.1"),
        ("10.0.0.1", "6.6.6.6, 198.51.100.1, 10.0.0.2", "198.51.100.1"),
        ("10.0.0.1", "10.0.0.3, 10.0.0.2", "10.0.0.3"),
        ("10.0.0.1", "198.51.100.1, nonsense", "10.0.0.1"),
        ("10.0.0.1", "198.51.100.1:4711", "198.51.100.1"),
        ("10.0.0.1", "[2001:db8::1]:4711", "2001:db8::/64"),
        ("fd00::1", "198.51.100.1", "198.51.100.1"),
        ("::ffff:10.0.0.1", "198.51.100.1", "198.51.100.1"),
        ("::ffff:203.0.113.9", None, "203.0.113.9"),
        ("2001:db8:0:0:1:2:3:4", None, "2001:db8::/64"),
        ("fe80::1%eth0", None, "fe80::/64"),
        ("", None, ""),
        ("unix", "198.51.100.1", "unix"),
    ],
)
def test_the_client_is_the_last_address_that_no_proxy_of_ours_wrote(peer, forwarded, client):
    headers = {} if forwarded is None else {"x-forwarded-for": forwarded}
    assert client_of(peer, headers, PROXIES) == client


@given(st.text(max_size=200), st.sampled_from(["203.0.113.9", "2001:db8::9"]))
def test_whoever_is_no_proxy_cannot_choose_who_it_is(forwarded, peer):
    assert client_of(peer, {"x-forwarded-for": forwarded}, PROXIES) == client_of(peer, {}, PROXIES)
    assert client_of(peer, {"x-forwarded-for": forwarded}, []) == client_of(peer, {}, [])


@given(st.text(alphabet="0123456789abcdef.:,[]% \t", max_size=400))
def test_whatever_stands_in_front_of_a_real_hop_changes_nothing(noise):
    headers = {"x-forwarded-for": f"{noise}, 198.51.100.1"}
    assert client_of("10.0.0.1", headers, PROXIES) == "198.51.100.1"


def test_a_long_chain_is_read_from_its_end_only():
    headers = {"x-forwarded-for": ", ".join(["6.6.6.6"] * 5000 + ["198.51.100.1"])}
    assert client_of("10.0.0.1", headers, PROXIES) == "198.51.100.1"


@pytest.mark.parametrize(
    ("peer", "says", "scheme"),
    [
        ("10.0.0.1", "https", "https"),
        ("10.0.0.1", "HTTPS", "https"),
        ("10.0.0.1", "http", "http"),
        ("10.0.0.1", "ftp", "http"),
        ("10.0.0.1", "https, http", "http"),
        ("10.0.0.1", "", "http"),
        ("203.0.113.9", "https", "http"),
    ],
)
def test_only_a_proxy_of_ours_says_that_it_was_https(peer, says, scheme):
    assert scheme_of(peer, {"x-forwarded-proto": says}, PROXIES) == scheme


def test_without_proxies_nobody_is_trusted():
    assert not is_trusted("127.0.0.1", [])
