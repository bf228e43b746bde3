@blocker @needs.http
Feature: A triggered workflow runs to its end, and each step takes effect once

  A workflow works on leads after the caller has gone. Whatever dies meanwhile, its steps are all done, and none is done twice.

  @AUTO-API-04
  Rule: A triggered workflow runs to its end, and its status can be followed

    Scenario Outline: A workflow that was <triggered>
      Given Automation Orchestrator is running
      When a user has a workflow <triggered>
      Then the workflow ends as "completed"
      And the status of the workflow names each step, since when, and how often it was tried

      Examples:
        | triggered |
        | started   |
        | triggered |

    Example: A workflow whose step cannot be done says why
      Given Automation Orchestrator is running
      When a user triggers a workflow that fails in its second step
      Then the workflow ends as "failed"
      And the status of the workflow says which step failed, that it was tried 5 times, and why

    Example: A workflow that nobody has started
      Given Automation Orchestrator is running
      When a user asks for the status of a workflow that nobody has started
      Then the answer is "not-found"

    Example: The workflow of another tenant
      Given Automation Orchestrator is running
      And an admin of another tenant has triggered a workflow
      When a user asks for the status of the workflow
      Then the answer is "not-found"

    Example: One idempotency key twice is one workflow
      Given Automation Orchestrator is running
      When a user triggers a workflow twice with one idempotency key
      Then both triggers gave the same workflow
      And the workflow ends as "completed"

    Example: One idempotency key with another content is refused
      Given Automation Orchestrator is running
      When a user triggers a workflow and then another one with the same idempotency key
      Then the answer is "idempotency-key-reused"

  @AUTO-QUEUE-01 @needs.process-control
  Rule: Queued work is done at least once and takes effect exactly once

    Example: Many workflows
      Given Automation Orchestrator is running
      When 30 workflows are triggered
      Then each workflow ends as "completed"
      And each step of each workflow has taken effect once

    Example: All workers are killed in the middle of their work
      Given Automation Orchestrator is running
      And 10 workflows with slow steps have been triggered
      And the process "worker" has died
      When the process "worker" is back
      Then each workflow ends as "completed"
      And each step of each workflow has taken effect once

    Example: One of two workers is killed in the middle, and nothing new comes
      Given Automation Orchestrator is running
      And 8 workflows with slow steps have been triggered
      When one of the workers that do the jobs has died
      Then each workflow ends as "completed"
      And each step of each workflow has taken effect once

    Example: One of two workers is frozen in the middle for good
      Given Automation Orchestrator is running
      And 8 workflows with slow steps have been triggered
      When one of the workers that do the jobs is frozen
      Then each workflow ends as "completed"
      And each step of each workflow has taken effect once

    Example: Workers are frozen for longer than their leases
      Given Automation Orchestrator is running
      And 6 workflows with slow steps have been triggered
      And the process "worker" is frozen
      And enough time has passed for another worker to take the jobs over
      When the process "worker" is back
      Then each workflow ends as "completed"
      And each step of each workflow has taken effect once

    Example: The same job is delivered twice
      Given Automation Orchestrator is running
      And 5 workflows with slow steps have been triggered
      When every job in the queue is delivered a second time
      Then each workflow ends as "completed"
      And each step of each workflow has taken effect once

    Example: What is no job does not stop the jobs behind it
      Given Automation Orchestrator is running
      When something that is no job is put into the queue, and 3 workflows are triggered
      Then each workflow ends as "completed"

    Example: A job that failed for good is kept, and can be tried again
      Given Automation Orchestrator is running
      And a user has triggered a workflow that fails in its second step
      And the workflow has ended as "failed"
      When the lead gets an e-mail address and an admin has the dead job of the workflow tried again
      Then the workflow ends as "completed"
      And each step of each workflow has taken effect once
