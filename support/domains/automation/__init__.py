"""What only the Automation Orchestrator needs: its leads, workflows, deliveries, passes, limits, backups and stress run."""
