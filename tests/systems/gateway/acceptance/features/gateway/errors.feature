@normal @needs.http
Feature: Mistakes are explained

  @GW-ERRORS-01
  Rule: Whoever makes a mistake is told which kind of mistake it was

    Scenario Outline: A request whose "<field>" is <value>
      Given the companions "first, second" are running
      And Gateway is running
      When a user tries to ask for a chat in a request whose "<field>" is <value>
      Then the answer is "<refusal>"
      And the answer explains itself

      Examples:
        | field    | value     | refusal         |
        | messages | missing   | invalid-request |
        | messages | []        | invalid-request |
        | model    | "unknown" | not-found       |

    Example: Only the first half of a request
      Given the companions "first, second" are running
      And Gateway is running
      When a user tries to ask for a chat and sends only the first half of the request
      Then the answer is "invalid-request"
      And the answer explains itself

    Example: A request that is too large
      Given the companions "first, second" are running
      And Gateway is running
      When a user tries to ask for a chat in a request of 30000 bytes
      Then the answer is "too-large"
      And the answer explains itself

    Example: A method that an endpoint does not have
      Given the companions "first, second" are running
      And Gateway is running
      When a user calls "chat" with the method DELETE
      Then the answer is "method-not-allowed"
      And the answer explains itself

    Example: An address that does not exist
      Given the companions "first, second" are running
      And Gateway is running
      When a user calls an API route that does not exist
      Then the answer is "not-found"
      And the answer explains itself
