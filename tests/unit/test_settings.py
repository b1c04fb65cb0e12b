"""Settings are read strictly."""

from pathlib import Path

import pytest

from poca_kg.errors import SettingError
from poca_kg.settings import TABLE, project_root, read_settings


def test_defaults_of_a_clone_lie_in_the_clone():
    settings = read_settings({})
    assert (settings.host, settings.port) == ("127.0.0.1", 8000)
    assert settings.data_dir == project_root() / "build"
    assert settings.ontology_dir == project_root() / "ontology"


def test_an_empty_value_is_the_default():
    assert read_settings({"POCA_KG_PORT": ""}).port == 8000


def test_a_folder_is_a_path():
    assert read_settings({"POCA_KG_W3C": "suites"}).w3c == Path("suites")


@pytest.mark.parametrize(
    ("name", "text", "complaint"),
    [
        ("POCA_KG_PRT", "1", "did you mean 'PORT'"),
        ("POCA_KG_PORT", "http", "cannot be read"),
        ("POCA_KG_PORT", "70000", "0 to 65535"),
        ("POCA_KG_PORT", "-1", "0 to 65535"),
        ("POCA_KG_MAX_QUERY_BYTES", "0", "at least 1"),
        ("POCA_KG_QUERY_TIMEOUT", "0", "more than 0"),
        ("POCA_KG_QUERY_TIMEOUT", "nan", "more than 0"),
        ("POCA_KG_CLIENT_SECONDS", "-1", "more than 0"),
        ("POCA_KG_QUEUE", "-1", "not be negative"),
        ("POCA_KG_TRUSTED_PROXIES", "10.0.0.1/8", "host bits"),
        ("POCA_KG_LOG", "xml", "json, none"),
    ],
)
def test_a_bad_setting_is_an_error_that_says_why(name, text, complaint):
    with pytest.raises(SettingError, match=complaint):
        read_settings({name: text})


def test_proxies_are_addresses_and_networks():
    proxies = read_settings({"POCA_KG_TRUSTED_PROXIES": "10.0.0.0/8, ::1"}).trusted_proxies
    assert [str(proxy) for proxy in proxies] == ["10.0.0.0/8", "::1/128"]


def test_zero_seconds_mean_no_share():
    assert read_settings({"POCA_KG_CLIENT_SECONDS": "0"}).client_seconds == 0


def test_the_token_is_not_shown():
    assert "SENTINEL" not in repr(read_settings({"POCA_KG_TOKEN": "SENTINEL"}))


def test_other_programs_names_are_left_alone():
    read_settings({"POCA": "1", "OTHER_PORT": "x"})


def test_every_setting_has_a_meaning_and_a_unit():
    assert all(setting.meaning.endswith(".") and setting.unit for setting in TABLE)
