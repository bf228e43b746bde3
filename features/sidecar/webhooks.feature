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

    Scenario Outline: An address that leads into the own network, or is none: <address>
      Given Async Sidecar is running in its "strict-webhooks" profile
      When a user tries to register a webhook at <address>
      Then the answer is "invalid-request"
      And the answer explains itself

      Examples:
        | address                                     |
        | the loopback address                        |
        | the name of this machine                    |
        | a private network                           |
        | another private network                     |
        | the cloud's own service of secrets          |
        | the loopback address of IPv6                |
        | the loopback address of IPv4 within IPv6    |
        | the loopback address as one number          |
        | the loopback address in hexadecimal         |
        | the address of nobody                       |
        | the loopback address with a dot behind it   |
        | another protocol than the web's             |
        | an address with a password in it            |
