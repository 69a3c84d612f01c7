"""A certificate authority of the tests' own."""

from __future__ import annotations

import ssl
import tempfile
from datetime import timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from syncd.clock import SystemClock

_DAY = timedelta(days=1)


class Authority:
    """Makes certificates that its own clients trust, and nobody else."""

    def __init__(self) -> None:
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._name = _name("test authority")
        self.certificate = _signed(self._name, self._name, self._key, self._key, is_authority=True)

    def server(self, host: str, *, expired: bool = False) -> ssl.SSLContext:
        """A server's side, with a certificate for `host`."""
        key = ec.generate_private_key(ec.SECP256R1())
        certificate = _signed(_name(host), self._name, key, self._key, host=host, expired=expired)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        private = key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        with tempfile.TemporaryDirectory() as folder:
            file = Path(folder) / "chain.pem"
            file.write_bytes(private + certificate.public_bytes(serialization.Encoding.PEM))
            context.load_cert_chain(file)
        return context

    def client(self, context: ssl.SSLContext | None = None) -> ssl.SSLContext:
        """A client's side that trusts this authority (besides those that it trusts already)."""
        context = context or ssl.create_default_context()
        context.load_verify_locations(cadata=self.certificate.public_bytes(serialization.Encoding.PEM).decode())
        return context


def _name(text: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])


def _signed(subject, issuer, key, by, *, host=None, is_authority=False, expired=False):
    now = SystemClock().now()
    end = now - _DAY if expired else now + _DAY
    made = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(end - 2 * _DAY)
        .not_valid_after(end)
        .add_extension(x509.BasicConstraints(ca=is_authority, path_length=None), critical=True)
    )
    if host:
        made = made.add_extension(x509.SubjectAlternativeName([x509.DNSName(host)]), critical=False)
    return made.sign(by, hashes.SHA256())
