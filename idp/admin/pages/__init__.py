"""The pages of administration, a module each; :mod:`idp.admin.frame` has what they share."""
