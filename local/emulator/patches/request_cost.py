"""The same answers with less computing, for the requests that functions make by the thousand.

Each of stock's requests parses the caller's policies twice, reads the environment, formats the date, and asks a dozen
services whether the host name is one of theirs. Nothing here decides anything: results are remembered by the text that
they follow from, or questions are not asked that the gateway's own address answers.
"""

from __future__ import annotations

import functools
import time
from email.utils import formatdate
from typing import Any

import ministack.app as ministack_app
from ministack.core import iam_evaluator, responses, router

from ..patching import replace
from ..regions import INSIDE, WORLD
from ..settings import Settings

DOCUMENTS = 2_000
"""Policies of one account, several times over."""

_dates: dict[int, str] = {}


def date_header(usegmt: bool = False) -> str:
    """The HTTP date of this second, formatted once."""
    now = int(time.time())
    date = _dates.get(now)
    if date is None:
        _dates.clear()
        date = _dates[now] = formatdate(now, usegmt=True)
    return date


def install(settings: Settings) -> None:
    """Wrap the parsers and look-ups."""
    stock_parse, stock_caller = iam_evaluator.parse_policy_document, iam_evaluator.request_caller_arn
    stock_root = iam_evaluator.is_root_access_key
    stock_domain = ministack_app._resolve_custom_domain_request

    @functools.lru_cache(maxsize=DOCUMENTS)
    def parse_text(text: str) -> list[Any]:
        # Statements are frozen by convention: stock reads them only.
        statements: list[Any] = stock_parse(text)
        return statements

    def parse(document: Any) -> list[Any]:
        if isinstance(document, str):
            return parse_text(document)
        statements: list[Any] = stock_parse(document)
        return statements

    def caller(headers: Any, query: Any = None) -> str:
        """Stock resolves the caller's policies too, only to take its ARN."""
        access_key = router.extract_access_key_id(headers or {}, query or {})
        if not access_key:
            return str(stock_caller(headers, query))
        account = responses._account_from_sts_session(access_key) or responses.get_account_id()
        try:
            credential = iam_evaluator.resolve_credential(access_key, account)
        except Exception:
            return str(stock_caller(headers, query))
        arn = getattr(credential, "principal_arn", "")
        known = getattr(credential, "principal_type", "") in ("Root", "User", "AssumedRole", "FederatedUser")
        return arn if arn and known else f"arn:aws:iam::{responses.get_account_id()}:root"

    @functools.lru_cache(maxsize=DOCUMENTS)
    def is_root(access_key: str) -> bool:
        # Depends on the environment, which settings.py has cleared of credentials for good.
        return bool(stock_root(access_key))

    own_hosts = frozenset(f"{name}:{settings.port}" for name in (WORLD, "localhost", *INSIDE.values()))

    def custom_domain(host: str, path: str) -> Any:
        return None if host in own_hosts else stock_domain(host, path)

    iam_evaluator.parse_policy_document = parse
    replace(stock_caller, caller, iam_evaluator)
    replace(stock_root, is_root, iam_evaluator)
    ministack_app.formatdate = date_header
    ministack_app._resolve_custom_domain_request = custom_domain
    stock_alb = ministack_app._is_potential_alb_request

    def potential(host: str, path: str) -> bool:
        return False if host in own_hosts and not path.startswith("/_alb/") else stock_alb(host, path)

    ministack_app._is_potential_alb_request = potential
