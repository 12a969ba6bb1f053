"""Torture: everything that works together is killed at random moments, over and over, and nothing may be lost."""
