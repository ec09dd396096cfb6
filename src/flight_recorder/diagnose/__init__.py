"""Why did the session fail? Pure: reads a Session, runs nothing, touches no file."""
