"""What the shared sentences do, one module per subject; the same names as their steps."""
