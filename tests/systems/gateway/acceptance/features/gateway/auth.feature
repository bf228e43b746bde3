@critical @needs.http
Feature: Only known callers are let in

  @GW-AUTH-01
  Rule: Only callers with a known key are let in

    Scenario Outline: <who>
      Given the companions "first, second" are running
      And Gateway is running
      When <who> tries to ask for a chat
      Then the answer is "unauthenticated"
      And it asks the caller for a token

      Examples:
        | who                                                |
        | a caller without a token                           |
        | a caller with all but the last letter of a token   |

    Example: A known key
      Given the companions "first, second" are running
      And Gateway is running
      When a user tries to ask for a chat
      Then the answer is "allowed"
      And it is the answer to that very request

  @GW-AUTH-02
  Rule: Only administrators read the configuration

    Example: A user
      Given the companions "first, second" are running
      And Gateway is running
      When a user tries to read the configuration
      Then the answer is "forbidden"

    Example: An administrator
      Given the companions "first, second" are running
      And Gateway is running
      When an admin tries to read the configuration
      Then the answer is "allowed"
