@critical @needs.platform
Feature: Who has the sidecar's own runner in a pipeline keeps it

  A report that leaves out what was not run, or calls it passed, signs a release off that nobody has looked at.

  @SIDE-RUN-01
  Rule: A subset is chosen and left out by names of tests and by tags

    Scenario Outline: <case>
      When the end-to-end runner is run with only "<only>" without "<skip>"
      Then the report of the runner has results for "<criteria>" alone
      And the report of the runner says of every other criterion that it was left out, and by what

      Examples:
        | case                                   | only                                | skip              | criteria                       |
        | A test by its name, less a tag         | test_deploy_artifacts               | @SIDE-DEPLOY-0[13] | SIDE-DEPLOY-02                |
        | A tag, and tests by a part of the name | @SIDE-DEPLOY-02,test_auto*          | @SIDE-SCALE-01    | SIDE-DEPLOY-02, SIDE-SCALE-02  |

    Example: What matches nothing is refused, and not taken for nothing to do
      When the end-to-end runner is run with only "test_everything_else" without ""
      Then the runner refuses and names "test_everything_else"

  @SIDE-RUN-02
  Rule: One report in two forms says what passed, failed and was skipped, why, and what the run was made with

    Example: A run of which one part fails and one is skipped
      Given Argo CD's Applications for the runner do not prune
      And the runner has no "--karpenter-file"
      When the end-to-end runner is run with only "@SIDE-DEPLOY-0[23],@SIDE-SCALE-02" without ""
      Then the report of the runner says "PASS" of "SIDE-DEPLOY-03", "FAIL" of "SIDE-DEPLOY-02" and "SKIP" of "SIDE-SCALE-02"
      And the report of the runner gives a reason for whatever did not pass
      And the summary of the runner's report counts its tests, and the exit status tells of the failure
      And the report of the runner in Markdown says the same as in JSON
      And the report of the runner names revision, tools and versions

    @needs.http @needs.metrics @exclusive @slow
    Example: Service levels, capacity and chaos
      When the end-to-end runner is run with only "@SIDE-SLO-01,@SIDE-CAP-01,@SIDE-CHAOS-01" without ""
      Then the report of the runner has figures with limits for service levels "SIDE-SLO-01" and capacity "SIDE-CAP-01"
      And the report of the runner says how chaos "SIDE-CHAOS-01" ended, and that it passed
      And the report of the runner in Markdown says the same as in JSON

  @SIDE-RUN-03
  Rule: What is missing gives a skip with the reason, and never a pass

    Example: Helm is not installed
      Given Helm is absent for the runner
      When the end-to-end runner is run with only "@SIDE-DEPLOY-*,@SIDE-SCALE-0?" without ""
      Then the report of the runner skips "SIDE-DEPLOY-01, SIDE-DEPLOY-02, SIDE-DEPLOY-03, SIDE-SCALE-01, SIDE-SCALE-02" for "Helm absent"

    Scenario Outline: A document is not there: <flag>
      Given the runner has no "<flag>"
      When the end-to-end runner is run with only "<criterion>" without ""
      Then the report of the runner skips "<skipped>" for "absent"

      Examples:
        | flag              | criterion       | skipped         |
        | --helm-chart      | @SIDE-DEPLOY-0? | SIDE-DEPLOY-01, SIDE-DEPLOY-02, SIDE-DEPLOY-03 |
        | --argocd-manifest | @SIDE-DEPLOY-02 | SIDE-DEPLOY-02  |
        | --karpenter-file  | @SIDE-SCALE-02  | SIDE-SCALE-02   |

    @needs.http
    Scenario Outline: A gateway that runs and does not offer it: <profile>
      Given Async Sidecar is running in its "<profile>" profile
      And the runner is aimed at the gateway that runs
      When the end-to-end runner is run with only "<only>" without ""
      Then the report of the runner skips "<skipped>" for "<reason>"

      Examples:
        | profile          | only               | skipped                                  | reason                        |
        | open             | test_gateway_rbac  | SIDE-RBAC-01, SIDE-RBAC-02, SIDE-RBAC-03 | RBAC disabled                 |
        | without-metrics  | test_observability | SIDE-OBS-01, SIDE-OBS-02                 | Metrics endpoints not enabled |
        | without-upstream | @SIDE-TRACE-0[12]  | SIDE-TRACE-01, SIDE-TRACE-02             | Chat upstream error           |
        | default          | test_audit_pii     | SIDE-AUDIT-01, SIDE-AUDIT-02             | Audit log unavailable         |

    Example: No gateway answers
      Given the runner is aimed at a gateway that is not there
      When the end-to-end runner is run with only "test_trace_workflow,test_slo*" without ""
      Then the report of the runner skips "SIDE-TRACE-01, SIDE-TRACE-03, SIDE-SLO-01" for "Gateway unreachable"

    @needs.http
    Example: A part of what is asked needs a sidecar that nobody else uses
      Given Async Sidecar is running
      And the runner is aimed at the gateway that runs
      When the end-to-end runner is run with only "@SIDE-API-01" without ""
      Then the report of the runner skips "SIDE-API-01" for "of its own"
