"""What ``/admin/api/tokens`` takes and answers."""

from __future__ import annotations

from pydantic import Field

from idp.admin.api.model import Body, PageSize, Place, Query, Shown


class HardwareTokenQuery(Query):
    """Which tokens are listed; without any parameter, all of them."""

    after: Place | None = Field(None, description="As in Link of the page before")
    limit: PageSize | None = Field(None, description="How many tokens a page has at most")


class NewHardwareToken(Body):
    """A hardware token to register."""

    user: str = Field(examples=["alice@example.test"])
    serial_number: str = Field(examples=["2308192830"])
    secret_key: str = Field(description="In Base32")
    time_interval: int | str = Field(30, description="Seconds: 30 or 60")
    manufacturer: str | None = None
    model: str | None = None


class HardwareTokenCsv(Body):
    """Hardware tokens as CSV."""

    csv: str = Field(
        description="With the columns upn, serial number, secret key, time interval",
        examples=["upn,serial number,secret key,time interval\n"],
    )


class HardwareToken(Shown):
    """A hardware token, without its secret."""

    id: str
    user: str
    serial_number: str
    name: str
    time_interval: int
    manufacturer: str
    model: str
    created_at: str
    activated_at: str | None
    last_used_at: str | None


HardwareTokens = list[HardwareToken]
