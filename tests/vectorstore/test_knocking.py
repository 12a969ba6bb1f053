import pytest

from vectorstore.knocking import exposed


@pytest.mark.parametrize(
    ("url", "open_to_others"),
    [
        ("http://127.0.0.1:8000", False),
        ("http://[::1]:8000", False),
        ("http://10.3.2.1:8000", False),
        ("http://192.168.4.4", False),
        ("https://[fd00::7]:8000", False),
        ("http://8.8.8.8:8000", True),
        ("https://[2606:4700::1111]:8000", True),
        ("http://0.0.0.1.nobody.invalid:8000", False),
        ("http://", False),
    ],
)
def test_a_server_that_takes_no_key_is_used_on_private_addresses_only(url: str, open_to_others: bool) -> None:
    assert exposed(url) == open_to_others
