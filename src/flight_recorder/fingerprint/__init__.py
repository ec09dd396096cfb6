"""What a function's behaviour depends on. Reads source files; runs none of the program's code."""
