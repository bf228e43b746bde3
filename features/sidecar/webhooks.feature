@critical @needs.http
Feature: Whoever has registered a webhook is told when a trace is done

  @SIDE-TRACE-04
  Rule: The webhook is called when the trace is done, signed, and again until it is accepted

    Example: It is called, and its signature can be verified
      Given Async Sidecar is running
      And a user has registered a webhook
      When a user has a chat explained
      Then the webhook is called once about the trace, which is "complete"
      And each call of the webhook is signed with the secret that the user was given
      And no call of the webhook holds the prompt, the answer or a token

    @needs.process-control
    Example: A trace that was cancelled
      Given Async Sidecar is running
      And a user has registered a webhook
      And the process "explainer" is frozen
      And a user has a chat whose trace is "queued"
      When the user cancels the trace
      Then the webhook is called once about the trace, which is "cancelled"

    @needs.files
    Example: A trace that failed
      Given Async Sidecar is running
      And a user has registered a webhook
      And explanations are made to fail
      When a user has a chat explained
      Then the webhook is called once about the trace, which is "failed"

    Scenario Outline: A receiver that <does>
      Given Async Sidecar is running
      And a user has registered a webhook whose receiver <does>
      When a user has a chat explained
      Then the webhook is called <times> times about the trace, with the same id each time
      And each call of the webhook is signed with the secret that the user was given

      Examples:
        | does                                  | times |
        | answers with an error twice           | 3     |
        | accepts it after the time-out, twice  | 3     |
        | breaks the connection twice           | 3     |

    Example: The calls are further and further apart
      Given Async Sidecar is running
      And a user has registered a webhook whose receiver answers with an error 3 times
      When a user has a chat explained
      Then the webhook is called 4 times about the trace, with the same id each time
      And each call of the webhook came later after the one before than that had come itself

    Example: A receiver that is gone for good
      Given Async Sidecar is running
      And a user has registered a webhook whose receiver is gone for good
      When a user has two chats explained, one after the other
      Then the webhook was called once in all

    Example: A receiver that sends the courier elsewhere
      Given Async Sidecar is running
      And a user has registered a webhook whose receiver redirects to another address of this machine
      When a user has a chat explained
      Then the webhook is called again about the trace
      And nobody has followed the webhook to the other address

    @needs.process-control
    Example: The courier dies while the call is still to be made
      Given Async Sidecar is running
      And a user has registered a webhook
      And the process "courier" has died
      And a user has a chat whose trace is "complete"
      When the process "courier" is back
      Then the webhook is called once about the trace, which is "complete"

    Example: A webhook that was taken away
      Given Async Sidecar is running
      And a user has registered a webhook and taken it away
      When a user has a chat explained
      Then the webhook is not called

    Scenario Outline: An address within the own network: <address>
      Given Async Sidecar is running in its "strict-webhooks" profile
      When a user tries to register a webhook at "<address>"
      Then the answer is "invalid-request"
      And the answer explains itself

      Examples:
        | address                          |
        | http://127.0.0.1:9/              |
        | http://localhost:9/              |
        | http://10.0.0.1/                 |
        | http://192.168.1.1/              |
        | http://169.254.169.254/latest/   |
        | http://[::1]:9/                  |
        | http://[::ffff:127.0.0.1]:9/     |
        | http://2130706433:9/             |
        | http://0x7f.1:9/                 |
        | http://0.0.0.0:9/                |
        | http://127.0.0.1.:9/             |
        | ftp://example.com/               |
        | http://user:secret@example.com/  |
