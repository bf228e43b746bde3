@critical @needs.http @needs.audit
Feature: Whatever happens to traces is on record, and the record cannot be changed unseen

  @SIDE-AUDIT-01
  Rule: No token is in the record

    Example: Callers of every kind
      Given Async Sidecar is running
      When callers with and without tokens have chats explained, look at traces and are refused
      Then the audit trail of the traces has records
      And no token, secret or Authorization header is in any log

    Example: A token in the address and in the prompt
      Given Async Sidecar is running
      When a user has a chat explained with the token in its address and in its prompt
      Then the audit trail of the traces has records
      And no token, secret or Authorization header is in any log

  @SIDE-AUDIT-03
  Rule: Every create, read, cancel and refusal is on record, and a change of the record is detected

    Scenario Outline: <what>
      Given Async Sidecar is running
      When <what>
      Then the audit trail of the trace says that "<who>" did "<did>", how it ended, and when

      Examples:
        | what                                       | who    | did           |
        | a user has a chat explained                | user   | create        |
        | a user looks at the own trace              | user   | read          |
        | a user looks at the own graph of a trace   | user   | read graph    |
        | a user cancels the own trace               | user   | cancel        |
        | a reader tries to cancel a trace of theirs | reader | refused       |
        | another tenant tries to read the trace     | neighbour | refused     |

    Scenario Outline: Somebody <tampers>
      Given Async Sidecar is running
      And the audit trail of the traces has at least 6 records
      And the audit trail of the traces is found whole
      When somebody <tampers> of the audit trail of the traces
      Then the audit trail of the traces is found changed, and it is said where

      Examples:
        | tampers                          |
        | changes a word in the third record |
        | removes the third record         |
        | removes the last record          |
        | removes the first record         |
        | exchanges two records            |
        | repeats the last record          |

    @needs.process-control
    Example: It stays whole over a restart
      Given Async Sidecar is running
      And the audit trail of the traces has at least 6 records
      And the process "gateway" has died
      And the process "gateway" is back
      When a user has 3 chats explained
      Then the audit trail of the traces is found whole
