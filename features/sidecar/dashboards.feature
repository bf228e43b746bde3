@critical @needs.platform
Feature: What whoever is on call looks at is there

  A panel without data looks like a quiet night. An alert for a metric that was renamed never fires again. A runbook that
  moved is missed when it is needed.

  @SIDE-DASH-01
  Rule: Dashboard and alerts ask for what the service exposes, and link runbooks that exist

    @needs.http @needs.metrics
    Example: Every panel shows something
      Given Async Sidecar is running
      When an operator reads the metrics of all processes of Async Sidecar
      Then every query of the dashboard can be asked
      And every query of the dashboard asks for metrics that the service exposes, by labels that they have

    @needs.http @needs.metrics
    Example: Every alert can fire
      Given Async Sidecar is running
      When an operator reads the metrics of all processes of Async Sidecar
      Then every query of the sidecar's alerts can be asked
      And every query of the sidecar's alerts asks for metrics that the service exposes, by labels that they have

    Example: Every alert says how bad it is, what is wrong, and what to do
      When whoever is on call reads dashboard and alerts of the sidecar
      Then the alerts of the sidecar are valid by their schema
      And every alert of the sidecar has a severity, a summary, a description and a runbook

    Example: Every runbook that is linked exists
      When whoever is on call reads dashboard and alerts of the sidecar
      Then every runbook that the sidecar's dashboard and alerts link exists
