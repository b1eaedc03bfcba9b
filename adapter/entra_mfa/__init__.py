"""The built-in Microsoft Entra MFA adapter of AD FS, as ``AzureMfaAuthentication``."""

from adapter.entra_mfa.adapter import AzureMfaAuthentication

__all__ = ["AzureMfaAuthentication"]
