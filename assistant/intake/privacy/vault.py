"""Raw personal values under lock and key: sealed at intake, opened for `erase` and `unmask` only."""

import base64
import hmac

from cryptography.fernet import Fernet, InvalidToken

from assistant.errors import StoreError


class Vault:
    """Seals values with Fernet (AES-128-CBC and HMAC-SHA256) under a key of its own."""

    def __init__(self, installation_key: bytes, secret: str | None = None) -> None:
        """The key is derived from `secret` where one is given, else from the installation's."""
        source = secret.encode() if secret else installation_key
        self._fernet = Fernet(base64.urlsafe_b64encode(hmac.digest(source, b"vault", "sha256")))

    def seal(self, value: str) -> bytes:
        """A value encrypted."""
        return self._fernet.encrypt(value.encode("utf-8", "surrogatepass"))

    def open(self, sealed: bytes) -> str:
        """A sealed value in the clear.

        Raises:
            StoreError: it was sealed under another key.
        """
        try:
            return self._fernet.decrypt(sealed).decode("utf-8", "surrogatepass")
        except InvalidToken:
            raise StoreError(
                "the vault was sealed under another key: set VOC_VAULT_KEY, or restore masking.key, as it was then"
            ) from None
