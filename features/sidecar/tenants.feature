@blocker @needs.http
Feature: No tenant sees or changes what belongs to another

  @SIDE-TENANT-01
  Rule: The trace of a tenant is refused to every other tenant

    Scenario Outline: Another tenant asks for it <way>
      Given Async Sidecar is running
      And a user has a chat whose trace is "complete"
      When another tenant asks for the trace <way>
      Then every call about the trace is refused, and tells nothing of it

      Examples:
        | way                                     |
        | by its id                               |
        | by its id in capital letters            |
        | by its id with each letter encoded      |
        | by its id behind an encoded slash       |
        | by its id with a space after it         |
        | in the name of its tenant, by its side  |
        | in the name of its tenant, in the address |

    Example: A tenant whose name differs in capital letters alone
      Given Async Sidecar is running
      And a user has a chat whose trace is "complete"
      When a tenant of the same name in capital letters asks for the trace
      Then every call about the trace is refused, and tells nothing of it

    Example: Somebody else's trace looks like one that nobody has
      Given Async Sidecar is running
      And a user has a chat whose trace is "complete"
      When another tenant asks for the trace and for one that nobody has
      Then both were refused alike

    Example: Ids cannot be guessed
      Given Async Sidecar is running
      When a user has 20 chats explained
      Then the id of no trace follows from those of others

    @needs.process-control
    Example: Another tenant tries to cancel it
      Given Async Sidecar is running
      And the process "explainer" is frozen
      And a user has a chat whose trace is "queued"
      And another tenant has tried to cancel the trace
      When the process "explainer" is back
      Then the trace ends as "complete"

    Example: Two tenants name their traces alike
      Given Async Sidecar is running
      When two tenants have chats explained under the same name of a trace
      Then each tenant reads the own trace and never the other's

    Example: The webhook of another tenant
      Given Async Sidecar is running
      And another tenant has registered a webhook
      When a user has a chat explained
      Then the webhook of the other tenant is not called

    Example: A colleague of the same tenant
      Given Async Sidecar is running
      And a user has a chat whose trace is "complete"
      When a reader asks for the trace
      Then the answer is "allowed"

  @SIDE-TENANT-02
  Rule: The tenant of a trace is written once and never again

    Scenario Outline: Another tenant's name comes <way>
      Given Async Sidecar is running
      When a user has a chat explained that names another tenant <way>
      Then the trace ends as "complete"
      And the trace belongs to the tenant of the user, and to no other

      Examples:
        | way            |
        | by its side    |
        | in its metadata |
        | in its address |

    @needs.process-control
    Scenario Outline: A message in the queue names another tenant, kept <store>
      Given Async Sidecar is running in its "<profile>" profile
      And the process "explainer" is frozen
      And a user has had 3 chats explained
      And every job of a trace in the queue says that it is of another tenant
      When the process "explainer" is back
      Then each trace has an end
      And each trace belongs to the tenant of the user, and to no other

      Examples:
        | store       | profile  |
        | in a file   | default  |
        | in DynamoDB | dynamodb |

    Scenario Outline: The way of a trace, kept <store>
      Given Async Sidecar is running in its "<profile>" profile
      When a user has 5 chats explained
      Then each trace ends as "complete"
      And no trace ever went back
      And each trace belongs to the tenant of the user, and to no other

      Examples:
        | store       | profile  |
        | in a file   | default  |
        | in DynamoDB | dynamodb |
