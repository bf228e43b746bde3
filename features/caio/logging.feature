@critical @needs.http @needs.logs
Feature: The logs can be searched, tell who did what, and give no secret away

  After an incident the logs are all there is. They must be readable by machines, tell who was refused and who changed
  what, and must not themselves become the leak.

  @CAIO-LOG-01
  Rule: Every line is one JSON object with time, level, event and request id

    Example: From the first line of the start to the last of the stop
      Given a CAIO of its own is running in its "authenticated" profile
      And these services are registered
        | service    | offers |
        | local-chat | chat   |
      And a user has asked for "chat"
      And a caller with an unknown token has tried to list the services
      When CAIO is stopped
      Then every line it wrote is one JSON object with "time, level, event, request_id"

    Example: The lines about a request carry the id that its caller was given
      Given CAIO is running with the services
        | service    | offers |
        | local-chat | chat   |
      When a user asks for "chat"
      Then the log has a line about it with the request id that the user was given

    Example: A malformed request is logged like any other
      Given CAIO is running
      When a user asks for "chat" in a request whose "intent" is "nonsense"
      Then the log has a line about it with the request id that the user was given
      And every line it wrote is one JSON object with "time, level, event, request_id"

  @CAIO-LOG-02 @needs.audit
  Rule: Refused callers, registrations and removals leave an audit record

    Scenario Outline: <caller> tries to <action>
      Given CAIO is running in its "authenticated" profile
      And these services are registered
        | service    | offers |
        | local-chat | chat   |
      When <caller> tries to <action>
      Then the audit log tells that "<who>" tried to "<what>" with the outcome "<outcome>", and when

      Examples:
        | caller                         | action             | who       | what     | outcome |
        | an admin                       | register a service | admin     | register | done    |
        | an admin                       | replace a service  | admin     | replace  | done    |
        | an admin                       | remove a service   | admin     | remove   | done    |
        | a user                         | register a service | user      | register | refused |
        | a service                      | remove a service   | service   | remove   | refused |
        | a caller without a token       | list the services  | unknown   | list     | refused |
        | a caller with an unknown token | remove a service   | unknown   | remove   | refused |

    Example: What is only read leaves no audit record
      Given CAIO is running in its "authenticated" profile
      And these services are registered
        | service    | offers |
        | local-chat | chat   |
      When a user tries to list the services
      Then the audit log says nothing about it

  @CAIO-LOG-03
  Rule: No token, secret or Authorization header appears in any log

    Scenario Outline: <caller> tries to <action>
      Given CAIO is running in its "authenticated" profile
      When <caller> tries to <action>
      Then no token, secret or Authorization header is in any log

      Examples:
        | caller                                     | action             |
        | an admin                                   | register a service |
        | a user                                     | register a service |
        | a caller with an unknown token             | list the services  |
        | a caller with a token under another scheme | list the services  |
        | a caller with two tokens                   | list the services  |
        | a caller with a token in the address       | list the services  |

    Example: The secret of the installation is not in what CAIO logs at its start and stop
      Given a CAIO of its own is running in its "authenticated" profile
      When CAIO is stopped
      Then no token, secret or Authorization header is in any log
