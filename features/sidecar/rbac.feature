@blocker @needs.http
Feature: Only callers with the right token have chats explained and look at the traces

  A token stands for a tenant, and for what its holder may do: create traces, look at them, or both.

  @SIDE-RBAC-01
  Rule: Nobody gets in without a token, and a token that nobody was given is forbidden

    Scenario Outline: <caller>
      Given Async Sidecar is running
      And the callers of its traces must show tokens
      When <caller> tries to ask for an explanation
      Then the answer is "<outcome>"

      Examples:
        | caller                                        | outcome         |
        | a user                                        | allowed         |
        | a user who writes the scheme in small letters | allowed         |
        | a caller without a token                      | unauthenticated |
        | a caller with an empty token                  | unauthenticated |
        | a caller with only the scheme                 | unauthenticated |
        | a caller with a token under another scheme    | unauthenticated |
        | a caller with a token but no scheme           | unauthenticated |
        | a caller with a token in the address          | unauthenticated |
        | a caller with an unknown token                | forbidden       |
        | a caller with all but the last letter of a token | forbidden    |
        | a caller with a token and one letter more     | forbidden       |
        | a caller with a token in capital letters      | forbidden       |
        | a caller with a token and its role            | forbidden       |
        | a caller with a token of 5000 letters         | forbidden       |

    Example: Whoever shows no token is asked for one
      Given Async Sidecar is running
      And the callers of its traces must show tokens
      When a caller without a token tries to ask for an explanation
      Then the answer is "unauthenticated"
      And it asks the caller for a token
      And the answer explains itself

    Example: A refused token is not repeated
      Given Async Sidecar is running
      And the callers of its traces must show tokens
      When a caller with an unknown token tries to read a trace
      Then the answer is "forbidden"
      And it does not repeat the token

    Scenario Outline: Nothing about traces is open: <caller>
      Given Async Sidecar is running
      And the callers of its traces must show tokens
      When <caller> calls everything that there is about traces
      Then every call is refused as "<outcome>"

      Examples:
        | caller                         | outcome         |
        | a caller without a token       | unauthenticated |
        | a caller with an unknown token | forbidden       |

  @SIDE-RBAC-02
  Rule: Creating needs the right to write traces, looking needs the right to read them, and neither gives the other

    Example: Every holder of a token tries everything
      Given Async Sidecar is running
      And the callers of its traces must show tokens
      When each holder of a token tries all that can be done with a trace of their tenant
      Then the traces were open to them in this way
        | holder    | create    | look      | graph     | webhook   | cancel    |
        | user      | allowed   | allowed   | allowed   | allowed   | allowed   |
        | submitter | allowed   | forbidden | forbidden | allowed   | allowed   |
        | reader    | forbidden | allowed   | allowed   | forbidden | forbidden |
        | almost    | forbidden | forbidden | forbidden | forbidden | forbidden |
        | nobody    | forbidden | forbidden | forbidden | forbidden | forbidden |

    Example: What is forbidden has no effect
      Given Async Sidecar is running
      And the callers of its traces must show tokens
      And a user has a chat whose trace waits
      When a reader tries to cancel the trace
      Then the answer is "forbidden"
      And the trace ends as "complete"

  @SIDE-RBAC-03 @needs.settings
  Rule: With RBAC switched off everybody is let in, and its scenarios are skipped with that reason

    Example: A caller without a token has a chat explained
      Given Async Sidecar is running in its "open" profile
      When a caller without a token tries to ask for an explanation
      Then the answer is "allowed"
      And it names a trace that whoever knows it can follow to its end

    Scenario Outline: <caller>
      Given Async Sidecar is running in its "open" profile
      When <caller> tries to ask for an explanation
      Then the answer is "allowed"

      Examples:
        | caller                         |
        | a caller with an unknown token |
        | a caller with an empty token   |

    Example: The scenarios of RBAC are skipped, and it is said why
      Given Async Sidecar is running in its "open" profile
      When the callers of its traces are required to show tokens
      Then the scenario about traces would be "not verified" because of "AUTH_MODE=none"

    Example: They are not skipped where tokens are needed
      Given Async Sidecar is running
      When the callers of its traces are required to show tokens
      Then the scenario about traces would go on
