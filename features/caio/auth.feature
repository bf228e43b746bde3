@blocker @needs.http
Feature: Only known callers get in, and each only as far as its role

  Whoever can register a service can have customer data sent to it. Callers must show who they are, and only
  administrators may change which services there are.

  @CAIO-AUTH-01
  Rule: Every API route refuses a caller without a token

    Example: Each route that the API describes
      Given CAIO is running in its "authenticated" profile
      When a caller without a token calls every API route
      Then every call is refused as "unauthenticated"

    Example: A route that does not exist gives nothing away
      Given CAIO is running in its "authenticated" profile
      When a caller without a token calls an API route that does not exist
      Then the answer is "unauthenticated"

  @CAIO-AUTH-02
  Rule: A caller with a configured token is let in

    Scenario Outline: <caller>
      Given CAIO is running in its "authenticated" profile
      When <caller> tries to list the services
      Then the answer is "allowed"

      Examples:
        | caller                                        |
        | an admin                                      |
        | a user                                        |
        | a service                                     |
        | an admin who writes the scheme in small letters |

  @CAIO-AUTH-03
  Rule: Only administrators register, replace and remove services

    Scenario Outline: <caller> tries to <action>
      Given CAIO is running in its "authenticated" profile
      And these services are registered
        | service    | offers |
        | local-chat | chat   |
      When <caller> tries to <action>
      Then the answer is "<answer>"

      Examples:
        | caller    | action             | answer    |
        | an admin  | register a service | allowed   |
        | a user    | register a service | forbidden |
        | a service | register a service | forbidden |
        | an admin  | replace a service  | allowed   |
        | a user    | replace a service  | forbidden |
        | a service | replace a service  | forbidden |
        | an admin  | remove a service   | allowed   |
        | a user    | remove a service   | forbidden |
        | a service | remove a service   | forbidden |
        | an admin  | ask for "chat"     | allowed   |
        | a user    | ask for "chat"     | allowed   |
        | a service | ask for "chat"     | allowed   |

    Scenario Outline: What <caller> was forbidden to do has not happened
      Given CAIO is running in its "authenticated" profile
      And these services are registered
        | service    | offers |
        | local-chat | chat   |
      When <caller> tries to <action>
      Then the registry holds exactly "local-chat"

      Examples:
        | caller    | action             |
        | a user    | register a service |
        | a service | remove a service   |

  @CAIO-AUTH-04
  Rule: A token that is not configured is refused with a challenge and never repeated

    Scenario Outline: <caller>
      Given CAIO is running in its "authenticated" profile
      When <caller> tries to list the services
      Then the answer is "unauthenticated"
      And it asks the caller for a token
      And it does not repeat the token

      Examples:
        | caller                                             |
        | a caller with an unknown token                     |
        | a caller with all but the last letter of a token   |
        | a caller with a token and one letter more          |
        | a caller with a token in capital letters           |
        | a caller with a token and its role                 |
        | a caller with a token under another scheme         |
        | a caller with a token but no scheme                |
        | a caller with two tokens                           |
        | a caller with a token of 5000 letters              |

    Scenario Outline: <caller>, who shows nothing that could be repeated
      Given CAIO is running in its "authenticated" profile
      When <caller> tries to list the services
      Then the answer is "unauthenticated"
      And it asks the caller for a token

      Examples:
        | caller                        |
        | a caller without a token      |
        | a caller with an empty token  |
        | a caller with only the scheme |
