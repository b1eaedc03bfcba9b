"""What an assertion says about a user: NameID and claims.

``issue.py`` has ``issue_claims``, read it first: it applies the claim rules of a trust. A trust
without rules gets the attributes of ``default_claims.py`` and the NameID that ``name_ids.py``
chooses, with the random names of ``opaque_names.py``. ``idp.signin`` puts the result into the
assertion; ``idp.store`` keeps persistent NameIDs.
"""
