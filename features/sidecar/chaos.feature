@critical @needs.http
Feature: What breaks beside the chat breaks explanations at most, and is made good again

  @SIDE-CHAOS-01 @needs.files
  Rule: With attribution failing, explanations fail visibly while the chat goes on

    Example: Every attribution fails
      Given Async Sidecar is running
      And explanations are made to fail
      When a user has 5 chats explained
      Then every chat was answered as the model answers it
      And each trace ends as "failed"
      And each failed trace says why, and has no graph

  @SIDE-CHAOS-02
  Rule: Once the fault is over explanations succeed again, and none is lost or stuck

    @needs.files
    Example: Attribution works again
      Given Async Sidecar is running
      And explanations are made to fail
      And a user has had 5 chats explained
      And every trace has ended
      And explanations are no longer made to fail
      When a user has 5 chats explained
      Then the last 5 traces end as "complete"
      And every trace has an end, and only one

    @needs.process-control
    Scenario Outline: <fault>, and comes back
      Given Async Sidecar is running
      And <fault>
      And a user has had 5 chats explained
      When <back>
      Then every chat was answered as the model answers it
      And each trace ends as "complete"
      And every trace has an end, and only one

      Examples:
        | fault                             | back                              |
        | the store "queue" has died        | the store "queue" is back         |
        | the store "queue" is slow         | the store "queue" is back         |
        | the process "explainer" is stopped | the process "explainer" is back  |

    @needs.files
    Example: The store of the traces is slow
      Given Async Sidecar is running
      And the store of the traces takes half a second for each access
      When a user has 3 chats explained
      Then every chat was answered as the model answers it
      And the chat took at most 1 second
      And each trace ends as "complete"
      And every trace has an end, and only one

    @needs.process-control
    Example: The gateway dies while traces wait
      Given Async Sidecar is running
      And the process "explainer" is frozen
      And a user has had 5 chats explained
      And the process "gateway" has died
      And the process "gateway" is back
      When the process "explainer" is back
      Then each trace ends as "complete"
      And every trace has an end, and only one

  @SIDE-CHAOS-03 @needs.process-control
  Rule: An explainer that is killed in the middle of a job loses nothing; the job is done once

    Example: One of two is killed in the middle, and nothing new comes
      Given Async Sidecar is running
      And a user has registered a webhook
      And each explanation takes 1 second
      And a user has had 6 chats explained
      And a trace is "running"
      When one of the explainers of the traces is killed
      Then each trace ends as "complete"
      And each trace was explained once, and told once by the webhook

    Example: All are killed in the middle and come back
      Given Async Sidecar is running
      And a user has registered a webhook
      And each explanation takes 1 second
      And a user has had 6 chats explained
      And a trace is "running"
      And the process "explainer" has died
      When the process "explainer" is back
      Then each trace ends as "complete"
      And each trace was explained once, and told once by the webhook

    Example: The job of a killed explainer is done by another within 5 seconds
      Given Async Sidecar is running
      And each explanation takes 1 second
      And a user has a chat whose trace is "running"
      When the explainer of the trace is killed
      Then the trace ends as "complete" within 6 seconds

    Example: Explainers are frozen for longer than their leases, and wake up again
      Given Async Sidecar is running
      And a user has registered a webhook
      And each explanation takes 1 second
      And a user has had 4 chats explained
      And a trace is "running"
      And one of the explainers of the traces is frozen until another has done its job
      When the frozen explainer of the traces goes on
      Then each trace ends as "complete"
      And each trace was explained once, and told once by the webhook
