"""A small OpenID provider on loopback that keeps to the standards (OIDC Core 1.0, RFC 7636).

Only for tests: it asks nobody and says of everybody what the test told it to say.
"""

import base64
import hashlib
import json
import secrets
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import parse_qs, urlencode
from wsgiref.simple_server import WSGIRequestHandler, make_server

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa

CLIENT_ID, CLIENT_SECRET, KEY_ID = "dothi", "secret-of-the-house", "key-1"


class _Quiet(WSGIRequestHandler):
    def log_message(self, format: str, *args: object) -> None:
        pass


class Provider:
    """Discovery, authorization with PKCE, token with a signed ID token, user info, keys."""

    def __init__(self, claims: dict[str, Any]) -> None:
        self.claims = claims
        self.issuer = ""
        self.refused: list[str] = []
        self.asked: list[dict[str, str]] = []
        self.token_says: dict[str, Any] = {}  # Claims of the ID token that a test falsifies.
        self.userinfo_says: dict[str, Any] = {}
        self._key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        self._codes: dict[str, dict[str, str]] = {}
        self._tokens: set[str] = set()
        self._pages: dict[str, Callable[[dict[str, Any]], tuple[str, Any]]] = {
            "/.well-known/openid-configuration": self._discovery,
            "/authorize": self._authorize,
            "/token": self._token,
            "/userinfo": self._userinfo,
            "/keys": self._keys,
        }

    def __call__(self, environ: dict[str, Any], start: Any) -> Iterable[bytes]:
        status, answer = self._pages[environ["PATH_INFO"]](environ)
        if status.startswith("302"):
            start(status, [("Location", answer)])
            return [b""]
        start(status, [("Content-Type", "application/json")])
        return [json.dumps(answer).encode()]

    def _discovery(self, environ: dict[str, Any]) -> tuple[str, Any]:
        return "200 OK", {
            "issuer": self.issuer,
            "authorization_endpoint": f"{self.issuer}/authorize",
            "token_endpoint": f"{self.issuer}/token",
            "userinfo_endpoint": f"{self.issuer}/userinfo",
            "jwks_uri": f"{self.issuer}/keys",
            "response_types_supported": ["code"],
            "subject_types_supported": ["pairwise"],
            "id_token_signing_alg_values_supported": ["RS256"],
            "token_endpoint_auth_methods_supported": ["client_secret_post"],
            "code_challenge_methods_supported": ["S256"],
        }

    def _authorize(self, environ: dict[str, Any]) -> tuple[str, Any]:
        asked = _fields(environ["QUERY_STRING"])
        if asked["client_id"] != CLIENT_ID or "openid" not in asked["scope"].split():
            return self._refuse("unauthorized_client")
        self.asked.append(asked)
        code = secrets.token_urlsafe(16)
        self._codes[code] = asked
        answer = urlencode({"code": code, "state": asked["state"]})
        return "302 Found", f"{asked['redirect_uri']}?{answer}"

    def _token(self, environ: dict[str, Any]) -> tuple[str, Any]:
        size = int(environ["CONTENT_LENGTH"] or 0)
        sent = _fields(environ["wsgi.input"].read(size).decode())
        asked = self._codes.pop(sent["code"], None)  # A code opens once.
        if asked is None or sent["redirect_uri"] != asked["redirect_uri"]:
            return self._refuse("invalid_grant")
        if (sent.get("client_id"), sent.get("client_secret")) != (CLIENT_ID, CLIENT_SECRET):
            return self._refuse("invalid_client")
        digest = hashlib.sha256(sent["code_verifier"].encode()).digest()
        if base64.urlsafe_b64encode(digest).rstrip(b"=").decode() != asked["code_challenge"]:
            return self._refuse("invalid_grant")
        token = secrets.token_urlsafe(16)
        self._tokens.add(token)
        return "200 OK", {
            "access_token": token,
            "token_type": "Bearer",
            "expires_in": 300,
            "id_token": self._id_token(asked),
        }

    def _id_token(self, asked: dict[str, str]) -> str:
        issued = int(time.time())
        about = {"iss": self.issuer, "aud": CLIENT_ID, "iat": issued, "exp": issued + 300}
        if "nonce" in asked:
            about["nonce"] = asked["nonce"]
        return jwt.encode(
            {**self.claims, **about, **self.token_says},
            self._key,
            algorithm="RS256",
            headers={"kid": KEY_ID},
        )

    def _userinfo(self, environ: dict[str, Any]) -> tuple[str, Any]:
        kind, _, token = environ.get("HTTP_AUTHORIZATION", "").partition(" ")
        if kind != "Bearer" or token not in self._tokens:
            return self._refuse("invalid_token")
        told = {name: value for name, value in self.claims.items() if name != "acr"}
        return "200 OK", {**told, **self.userinfo_says}

    def _keys(self, environ: dict[str, Any]) -> tuple[str, Any]:
        key = jwt.algorithms.RSAAlgorithm.to_jwk(self._key.public_key(), as_dict=True)
        return "200 OK", {"keys": [{**key, "kid": KEY_ID, "use": "sig", "alg": "RS256"}]}

    def _refuse(self, error: str) -> tuple[str, Any]:
        self.refused.append(error)
        return "400 Bad Request", {"error": error}


def _fields(text: str) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs(text).items()}


@contextmanager
def running(claims: dict[str, Any]) -> Iterator[Provider]:
    provider = Provider(claims)
    server = make_server("127.0.0.1", 0, provider, handler_class=_Quiet)
    provider.issuer = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield provider
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
