@critical @needs.http @needs.settings
Feature: The workers of one CAIO are as one

  CAIO may serve with several workers, to use several processors. Which of them serves a caller depends on the caller's
  connection alone, and nobody may notice. So callers come over many connections here, and every worker gets some.

  @CAIO-ROUTE-01
  Rule: A service that one worker was told of is a service of all

    Example: A service that was registered over one connection
      Given CAIO is running with the settings
        | setting      | value |
        | CAIO_WORKERS | 2     |
      And these services are registered
        | service    | offers |
        | local-chat | chat   |
      When 20 users ask for "chat", each over a connection of their own
      Then "local-chat" is chosen every time

    Example: A better service that was removed over one connection, after everybody had met it
      Given CAIO is running with the settings
        | setting      | value |
        | CAIO_WORKERS | 2     |
      And these services are registered
        | service    | offers | accuracy |
        | best-chat  | chat   | 0.99     |
        | local-chat | chat   | 0.90     |
      And 20 users have met "best-chat" by asking for "chat", each over a connection of their own
      And "best-chat" has been removed
      When 20 users ask for "chat", each over a connection of their own
      Then "local-chat" is chosen every time

  @CAIO-ERR-06
  Rule: What one worker has removed stands in the way of no registration with another

    Example: A service that everybody has met goes and comes back
      Given CAIO is running with the settings
        | setting      | value |
        | CAIO_WORKERS | 2     |
      And these services are registered
        | service    | offers |
        | local-chat | chat   |
      And 20 users have met "local-chat" by asking for "chat", each over a connection of their own
      When "local-chat" is removed and registered again 20 times, each time over connections of its own
      Then every registration is accepted

  @CAIO-ROUTE-06
  Rule: Equal requests get the same decision from every worker

    Example: Services that nothing but the seed tells apart, each registered over a connection of its own
      Given CAIO is running with the settings
        | setting      | value |
        | CAIO_WORKERS | 2     |
      And these services are registered, each over a connection of its own
        | service | offers | accuracy |
        | twin-a  | chat   | 0.90     |
        | twin-b  | chat   | 0.90     |
        | twin-c  | chat   | 0.90     |
      When 10 users ask for "chat" with each of the seeds 1 to 5, each time over a connection of its own
      Then they decide the same every time

  @CAIO-ROUTE-07
  Rule: A decision that one worker has made can be fetched from all

    Example: A decision is fetched over many connections
      Given CAIO is running with the settings
        | setting      | value |
        | CAIO_WORKERS | 2     |
      And these services are registered
        | service    | offers |
        | local-chat | chat   |
      And a user has asked for "chat"
      When the first decision is fetched 20 times, each time over a connection of its own
      Then every time it is the decision that was given, with its trace and its proofs

  @CAIO-ROUTE-09 @needs.backends
  Rule: A service that failed a call of one worker ranks lower with all

    Example: The better service has failed a single call
      Given CAIO is running with the settings
        | setting      | value |
        | CAIO_WORKERS | 2     |
      And these real services are registered
        | service    | offers | accuracy |
        | best-chat  | chat   | 0.91     |
        | local-chat | chat   | 0.90     |
      And "best-chat" answers every call with an error
      And a user has sent "Good morning" to be answered by "chat"
      When 20 users ask for "chat", each over a connection of their own
      Then "local-chat" is chosen every time

  @CAIO-HARD-02
  Rule: A caller's limit is one limit over all workers

    Example: A caller who comes over many connections is let in no more often
      Given CAIO is running with the settings
        | setting         | value    |
        | CAIO_WORKERS    | 2        |
        | CAIO_RATE_LIMIT | 5/minute |
      When a caller without a token tries to list the services 40 times in a row, each time over a connection of its own
      Then 5 of the answers are "allowed"
      And 35 of the answers are "rate-limited"
