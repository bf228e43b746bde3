"""What is measured, always by real runs: CAIO's decisions and the suite's own cost. ``python -m bench`` does it all."""
