"""The words of the field as types; knows no storage, no model and no vendor."""
