"""The stanza of a CJ account."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field

from syncd.secrets import SecretRef


class CjSettings(BaseModel):
    """CJ Dropshipping, API 2.0."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    api_key: SecretRef = Field(description="Reference to the API key: My CJ > Authorization > API.")
    base_url: str = Field("https://developers.cjdropshipping.com", description="Replaces scheme, host and port.")
    requests_per_second: float = Field(
        1.0, gt=0, le=10, description="The account's level: 1 free, 2 plus, 4 prime, 6 advanced."
    )
    timeout_s: float = Field(30.0, gt=0, le=300, description="Seconds to wait for one answer.")
    track: bool = Field(False, description="Also ask CJ's tracking for last-mile numbers; one more call per parcel.")
