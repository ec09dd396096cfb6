"""What is known of single libraries: one file each, loaded when the program has imported the library."""
