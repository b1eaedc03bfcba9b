"""``tallystick demo --compat test-saml-idp``: in the place of a container image that has retired.

``kristophjunge/test-saml-idp`` is SimpleSAMLphp 1.15 as an identity provider for integration tests.
Here are its environment variables, its users with their attributes, and its addresses, so that
service providers that are set up for it work unchanged (docs/compat.md).

=================  ===============================================================================
``variables``      reads the image's environment variables
``image``          read first: what the image has, made here at the start of the demo
``old_addresses``  answers at the image's addresses, and takes its user names
``server``         entity ID, addresses and metadata as the image has them
=================  ===============================================================================

Neighbour: :mod:`idp.demo.runner` calls ``image``. Without the option nothing of it is loaded.
"""
