"""The truth: records, insights, themes, ideas, proposals and answers in a database, and every count made of them."""
