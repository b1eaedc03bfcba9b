"""SAML 2.0 without web or storage: messages in, values out, and the reverse."""
