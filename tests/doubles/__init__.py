"""Stand-ins for other people's systems: real HTTP on loopback, so that the real client libraries run."""
