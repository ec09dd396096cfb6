"""What is asked of language models and what they answer, read from recorded requests. Looks, and asks nothing."""
