from accounts.models.grant import Grant
from accounts.models.secrets import ApiToken, Device, PasswordUsed, RecoveryCode, SecondFactor, SignInAttempt
from accounts.models.slip import LoginSlip
from accounts.models.user import User

__all__ = [
    "ApiToken", "Device", "Grant", "LoginSlip", "PasswordUsed", "RecoveryCode", "SecondFactor", "SignInAttempt", "User",
]  # fmt: skip
