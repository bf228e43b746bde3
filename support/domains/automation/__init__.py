"""What only the Automation Orchestrator needs: leads, workflows, deliveries, passes, limits, backups, stress runs."""
