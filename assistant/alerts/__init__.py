"""Alerts: what is worth telling, in words, and how it reaches group robots, webhooks and mailboxes."""
