"""Programs to try Flight Recorder on."""
