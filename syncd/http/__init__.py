"""The one door to the network: clients with retry, budgets, deadlines and redaction, and errors that say who must act.

Nothing else imports httpx or tenacity, so that its successor can replace httpx here.
"""

from syncd.http.budget import BucketStatus, CostBudget, Reservation
from syncd.http.client import Http, HttpClient
from syncd.http.documents import read_json
from syncd.http.lanes import Lane
from syncd.http.limiter import RateLimiter
from syncd.http.origins import is_loopback, origin
from syncd.http.response import Response

__all__ = [
    "BucketStatus",
    "CostBudget",
    "Http",
    "HttpClient",
    "Lane",
    "RateLimiter",
    "Reservation",
    "Response",
    "is_loopback",
    "origin",
    "read_json",
]
