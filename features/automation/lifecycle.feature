@critical @needs.http @needs.settings
Feature: A start checks what is required, and a stop leaves nothing behind

  @AUTO-AUTH-05
  Rule: In production a default password, a default secret or open doors stop the start

    Example: Production with secrets of its own
      When Automation Orchestrator is started with the settings
        | setting                        | value                |
        | AUTOMATION_ENV                 | production           |
        | AUTOMATION_AUTH_ADMIN_PASSWORD | of-its-own-7c1e9d    |
      Then Automation Orchestrator starts and is healthy

    Scenario Outline: <what>
      When Automation Orchestrator is started with the settings
        | setting        | value      |
        | AUTOMATION_ENV | production |
        | <setting>      | <value>    |
      Then Automation Orchestrator refuses to start and names "<field>"

      Examples:
        | what                               | setting                        | value                                   | field          |
        | The source's password              | AUTOMATION_AUTH_ADMIN_PASSWORD | admin123                                | admin_password |
        | No password at all                 | AUTOMATION_AUTH_ADMIN_PASSWORD |                                         | admin_password |
        | The secret of everybody            | AUTOMATION_AUTH_JWT_SECRET     | automation-development-secret-change-me | jwt_secret     |
        | A secret that is short             | AUTOMATION_AUTH_JWT_SECRET     | short                                   | jwt_secret     |
        | Auth is switched off               | AUTOMATION_AUTH_ENABLED        | false                                   | enabled        |

    Example: The refusal does not show the secret
      When Automation Orchestrator is started with the settings
        | setting                    | value                |
        | AUTOMATION_ENV             | production           |
        | AUTOMATION_AUTH_JWT_SECRET | too-short-to-be-safe |
      Then Automation Orchestrator refuses to start and names "jwt_secret"
      And it does not show "too-short-to-be-safe"

  @AUTO-LIFE-01
  Rule: A start checks what is required, and a stop finishes what is in flight and gives the rest back

    Scenario Outline: A setting that <what>
      When Automation Orchestrator is started with the settings
        | setting   | value   |
        | <setting> | <value> |
      Then Automation Orchestrator refuses to start and names "<field>"

      Examples:
        | what               | setting                               | value | field          |
        | is no number       | AUTOMATION_RATE_LIMIT_MAX_REQUESTS   | many       | max_requests   |
        | is less than one   | AUTOMATION_RATE_LIMIT_WINDOW_SECONDS | 0          | window_seconds |
        | is no such mode    | AUTOMATION_ENV                       | staging    | env            |
        | is no folder       | AUTOMATION_DATA_DIR                  | /dev/null  | data_dir       |

    @needs.process-control
    Example: What is in flight when it is stopped is answered
      Given Automation Orchestrator is running
      When Automation Orchestrator is stopped while users create leads, and started again
      Then every lead that was acknowledged is there
      And no creation of a lead was cut off

    @needs.process-control
    Example: Workers that are stopped give their jobs back
      Given Automation Orchestrator is running
      And 10 workflows with slow steps have been triggered
      When the process "worker" is restarted
      Then each workflow ends as "completed"
      And each step of each workflow has taken effect once

    @needs.process-control
    Example: All is killed and started again
      Given Automation Orchestrator is running
      And 6 workflows with slow steps have been triggered
      When Automation Orchestrator is killed and started again
      Then each workflow ends as "completed"
      And each step of each workflow has taken effect once
