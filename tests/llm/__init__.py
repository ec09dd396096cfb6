"""What is asked of language models."""
