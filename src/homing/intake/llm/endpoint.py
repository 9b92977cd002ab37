"""Which language model may be asked: an installation's settings, judged before anything is sent."""

from __future__ import annotations

import ipaddress
import os
import re
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final
from urllib.parse import SplitResult, urlsplit, urlunsplit

from homing.kit.errors import HomingError

#: A step of the pipeline without progress for three minutes is taken up by another worker.
LONGEST_SECONDS: Final = 150.0
_SECONDS: Final = 60.0
_TOKENS: Final = 30_000
_BELOW: Final = 0.5
_HOST: Final = re.compile(r"[a-z0-9._-]+|[0-9a-f:.]+")
_PRIVATE: Final = tuple(
    ipaddress.ip_network(network)
    for network in (
        "127.0.0.0/8", "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "169.254.0.0/16",
        "::1/128", "fc00::/7", "fe80::/10",
    )
)  # fmt: skip


class BadEndpoint(HomingError):
    """The settings of the language model cannot be used."""

    code = "llm_bad_endpoint"


class Output(StrEnum):
    """How the model is made to answer in the shape asked for: by a tool call, or by a JSON schema."""

    TOOL = "tool"
    JSON = "json"


@dataclass(frozen=True, slots=True)
class Endpoint:
    """An OpenAI-compatible service. `seconds` for one file, `tokens` for one document, all requests together.

    `below` is the confidence under which a value of the local reader is asked for again.
    """

    url: str
    model: str
    key: str = field(default="", repr=False)
    output: Output = Output.TOOL
    seconds: float = _SECONDS
    tokens: int = _TOKENS
    below: float = _BELOW

    @property
    def host(self) -> str:
        """Host and, where it is written, port."""
        return urlsplit(self.url).netloc

    @property
    def is_near(self) -> bool:
        """Tell whether its address is of this machine or of a private network."""
        return _is_near(urlsplit(self.url).hostname or "")

    @property
    def source(self) -> str:
        """What is stored with each value that it gave."""
        return f"llm:{self.model}@{self.host}"


def configured() -> Endpoint | None:
    """Return the endpoint of this installation, or None where none is set. Raises BadEndpoint."""
    url, model = os.environ.get("HOMING_LLM_URL", "").strip(), os.environ.get("HOMING_LLM_MODEL", "").strip()
    if not url:
        return None
    if not model:
        raise BadEndpoint("HOMING_LLM_MODEL is not set: name the model that HOMING_LLM_URL is to be asked for.")
    return Endpoint(
        checked_url(url),
        model,
        key=_key(os.environ.get("HOMING_LLM_KEY", "").strip()),
        output=_output(os.environ.get("HOMING_LLM_OUTPUT") or Output.TOOL),
        seconds=_number("HOMING_LLM_SECONDS", os.environ.get("HOMING_LLM_SECONDS"), _SECONDS, LONGEST_SECONDS),
        tokens=int(_number("HOMING_LLM_TOKENS", os.environ.get("HOMING_LLM_TOKENS"), _TOKENS, 1_000_000)),
        below=_number("HOMING_LLM_BELOW", os.environ.get("HOMING_LLM_BELOW"), _BELOW, 1.0),
    )


def checked_url(text: str) -> str:
    """Return the address in one form: no slash at its end, host in lower case. Raises BadEndpoint."""
    try:
        parts = urlsplit(text)
        port = parts.port
    except ValueError:
        raise BadEndpoint("HOMING_LLM_URL is not an address.") from None
    if parts.scheme not in {"http", "https"} or not _HOST.fullmatch(parts.hostname or ""):
        raise BadEndpoint("HOMING_LLM_URL must begin with https:// (or http:// in your own network) and name a host.")
    if parts.username or parts.password or parts.query or parts.fragment:
        # The address is shown and stored; a secret in it would be, too.
        raise BadEndpoint("HOMING_LLM_URL must hold no name, password, query or fragment. The key is HOMING_LLM_KEY.")
    name = parts.hostname or ""
    if parts.scheme == "http" and not _is_near(name):
        raise BadEndpoint(
            "HOMING_LLM_URL must begin with https:// unless its host is localhost or a private or loopback IP address."
        )
    host = f"[{name}]" if ":" in name else name
    netloc = f"{host}:{port}" if port else host
    return urlunsplit(SplitResult(parts.scheme, netloc, parts.path.rstrip("/"), "", ""))


def _is_near(host: str) -> bool:
    # Names are not looked up: what a name means may change between this answer and the request.
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return host == "localhost"
    return any(address in network for network in _PRIVATE if network.version == address.version)


def _key(text: str) -> str:
    if not text.isascii() or not text.isprintable():
        raise BadEndpoint("HOMING_LLM_KEY holds characters that cannot be sent.")
    return text


def _output(text: str) -> Output:
    try:
        return Output(text)
    except ValueError:
        raise BadEndpoint("HOMING_LLM_OUTPUT is tool or json.") from None


def _number(name: str, text: str | None, default: float, most: float) -> float:
    try:
        value = float(text or default)
    except ValueError:
        raise BadEndpoint(f"{name} is not a number.") from None
    if not 0 < value <= most:
        raise BadEndpoint(f"{name} must be above 0 and at most {most:g}.")
    return value
