"""What a service is told, and what is refused before it starts."""

from __future__ import annotations

import os
from dataclasses import replace

import pytest

from poca_kg.errors import InputError, SettingError, UsageError
from poca_kg.service.configuration import (
    Configuration,
    Writing,
    check_surroundings,
    configure,
    read_token,
)
from poca_kg.settings import read_settings

TOKEN = "T" * 32
ROOT, SOMEBODY = 0, 1000
PUBLIC = configure(read_settings({}), host="0.0.0.0")
LOCAL = configure(read_settings({}))


def settings(**texts: str):
    return read_settings({f"POCA_KG_{name.upper()}": text for name, text in texts.items()})


@pytest.mark.parametrize(
    "configuration",
    [
        LOCAL,
        PUBLIC,
        configure(settings(spool_dir="large", trusted_proxies="10.0.0.0/8,::1")),
        configure(settings(), writing=Writing(TOKEN, unvalidated=True)),
    ],
)
def test_a_configuration_survives_the_way_through_json(configuration):
    assert Configuration.from_json(configuration.to_json()) == configuration


def test_a_caller_stands_above_the_settings():
    chosen = configure(settings(host="::1", port="1", query_timeout="3"), host="::", port=2, query_timeout=1)
    assert (chosen.host, chosen.port, chosen.limits.timeout_s) == ("::", 2, 1)


def test_the_workers_are_shared_out_among_the_fronts():
    assert configure(settings(workers="5", fronts="2")).limits.workers == 3


def test_validations_have_limits_of_their_own():
    chosen = configure(settings(validations="3", fronts="2", validation_timeout="7", query_timeout="1"))
    assert chosen.checking is not None
    assert (chosen.checking.limits.timeout_s, chosen.checking.limits.workers) == (7, 2)


def test_a_service_may_validate_nothing():
    chosen = configure(settings(validations="0"))
    assert chosen.checking is None
    assert Configuration.from_json(chosen.to_json()) == chosen


@pytest.mark.parametrize(
    ("host", "seconds", "share"),
    [("127.0.0.1", "60", None), ("0.0.0.0", "60", 30.0), ("0.0.0.0", "0", None), ("::1", "60", None)],
)
def test_a_client_has_a_share_unless_it_is_on_this_machine(host, seconds, share):
    chosen = configure(settings(fronts="2", client_seconds=seconds), host=host)
    assert chosen.limits.share_s == share


def test_behind_a_proxy_on_this_machine_a_client_has_a_share():
    chosen = configure(settings(fronts="1", client_seconds="60", trusted_proxies="127.0.0.1,::1"))
    assert (chosen.host, chosen.limits.share_s) == ("127.0.0.1", 60.0)


def test_by_default_only_this_machine_is_served():
    assert LOCAL.host == "127.0.0.1"


# Tokens


def test_a_token_comes_from_the_environment():
    assert read_token(settings(token=TOKEN)) == TOKEN


@pytest.mark.skipif(os.name != "posix", reason="needs permissions")
def test_a_token_comes_from_a_file_that_only_its_owner_reads(tmp_path):
    file = tmp_path / "token"
    file.write_text(f"{TOKEN}\n")
    file.chmod(0o600)
    assert read_token(settings(token_file=str(file))) == TOKEN
    file.chmod(0o640)
    with pytest.raises(InputError, match="others than the owner"):
        read_token(settings(token_file=str(file)))


@pytest.mark.parametrize("token", ["short", "x" * 31, "x" * 32 + " ", "è" * 32, "x" * 32 + "\n"])
def test_a_weak_token_is_refused_and_not_repeated(token):
    with pytest.raises(UsageError, match="at least 32") as refusal:
        read_token(settings(token=token))
    assert token.strip() not in str(refusal.value)


def test_without_a_token_nothing_is_written():
    with pytest.raises(UsageError, match="writes need a token"):
        read_token(settings())


def test_two_tokens_are_one_too_many(tmp_path):
    with pytest.raises(SettingError, match="both set"):
        read_token(settings(token=TOKEN, token_file=str(tmp_path)))


def test_a_token_file_that_is_not_there_is_told(tmp_path):
    with pytest.raises(InputError, match="cannot be read"):
        read_token(settings(token_file=str(tmp_path / "none")))


def test_a_configuration_does_not_show_its_token():
    assert TOKEN not in repr(configure(settings(), writing=Writing(TOKEN)))


# Surroundings


@pytest.mark.parametrize("text", ["1", "true", "yes"])
@pytest.mark.parametrize("configuration", [LOCAL, PUBLIC])
def test_a_debugger_is_refused(configuration, text):
    with pytest.raises(UsageError, match="FLASK_DEBUG"):
        check_surroundings(configuration, {"FLASK_DEBUG": text}, user=SOMEBODY)


@pytest.mark.parametrize("text", ["", "0", "false"])
def test_a_debugger_that_is_off_is_none(text):
    check_surroundings(PUBLIC, {"FLASK_DEBUG": text}, user=SOMEBODY)


def test_root_serves_this_machine_only():
    check_surroundings(LOCAL, {}, user=ROOT)
    check_surroundings(replace(LOCAL, host="localhost"), {}, user=ROOT)
    for host in ("0.0.0.0", "::", "203.0.113.1", ""):
        with pytest.raises(UsageError, match="root does not serve"):
            check_surroundings(replace(PUBLIC, host=host), {}, user=ROOT)


def test_a_host_that_is_none_is_left_to_who_opens_it():
    check_surroundings(replace(PUBLIC, host="no such host"), {}, user=ROOT)


def test_a_system_without_users_has_no_root():
    check_surroundings(PUBLIC, {}, user=None)
