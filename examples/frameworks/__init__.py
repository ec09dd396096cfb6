"""One question about an order, asked of an agent with one tool, on four frameworks; see README.md."""
