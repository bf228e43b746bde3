@blocker @needs.http @needs.audit @needs.process-control
Feature: Personal data in chats is nowhere but in the chat

  A chat goes to the model as it was written, and its answer to the caller. What is kept besides, in whichever copy, is scrubbed.

  @SIDE-AUDIT-02
  Rule: What is personal is in no record, graph, store, queue, log, metric or webhook

    Scenario Outline: <kind> in a prompt, and in the answer to it
      Given Async Sidecar is running
      And a user has registered a webhook
      When a user has a chat explained that holds <kind>
      Then the chat itself was not changed
      And the personal data of the chat is in no copy of it

      Examples:
        | kind                             |
        | an e-mail address                |
        | a telephone number               |
        | a telephone number with spaces   |
        | a card number                    |
        | a card number with spaces        |
        | a national id                    |
        | an IP address                    |
        | an IPv6 address                  |
        | an account number                |

    Scenario Outline: Personal data comes <where>
      Given Async Sidecar is running with a scripted model for its chats
      When a user has a chat explained with personal data <where>
      Then the personal data of the chat is in no copy of it

      Examples:
        | where                                          |
        | split over two chunks of the answer            |
        | in the name that a header gives                |
        | in a header that nobody knows                  |
        | in a call of a tool                            |
        | in an error of the model                       |
        | in an earlier message                          |
        | in a message of several parts                  |
        | in the address that is called                  |
        | in a chat that is refused as badly written     |

    Example: A job still waits in the queue
      Given Async Sidecar is running
      And the process "explainer" is frozen
      When a user has a chat explained that holds an e-mail address
      Then the personal data of the chat is in no copy of it

    @needs.files
    Example: The explanation fails
      Given Async Sidecar is running
      And explanations are made to fail
      When a user has a chat explained that holds an e-mail address
      Then the trace ends as "failed"
      And the personal data of the chat is in no copy of it

    Scenario Outline: <kind> only looks personal
      Given Async Sidecar is running
      When a user has a chat explained that holds <kind>
      Then the trace ends as "complete"
      And the graph of the trace still holds it

      Examples:
        | kind                              |
        | the number of an order            |
        | the number of a version           |
        | an IP address as part of a link   |
        | a number of many digits           |
        | a date and a time                 |
