"""What the REST API takes and answers, a module for each resource (:mod:`idp.admin.api.model`)."""
