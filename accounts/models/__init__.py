from accounts.models.grant import Grant, Outpost
from accounts.models.secrets import (
    ApiToken,
    ApiUse,
    Device,
    PasswordUsed,
    RecoveryCode,
    SecondFactor,
    SignInAttempt,
)
from accounts.models.slip import LoginSlip
from accounts.models.user import User

__all__ = [
    "ApiToken", "ApiUse", "Device", "Grant", "LoginSlip", "Outpost", "PasswordUsed", "RecoveryCode", "SecondFactor",
    "SignInAttempt", "User",
]  # fmt: skip
