"""Who may do what: the oslo.policy rules."""
