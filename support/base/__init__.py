"""What every part of the suite may use: outcomes, settings, system definitions, waiting."""
